with

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where is_in_sample

),

lifetime_sample as (

    select
        purpose,
        repeat_purchases,
        days_to_last,
        days_observed,
        cast(repeat_revenue as double) as repeat_revenue,
        coalesce(later_purchases, 0) as later_purchases,
        count(*) as customers
    from purchase_histories
    group by purpose, repeat_purchases, days_to_last, days_observed, repeat_revenue, later_purchases

)

select * from lifetime_sample
