with

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'holdout'

),

sampled_customers as (

    select customer_id from {{ ref('coterie', 'customer_features') }}
    where is_current and is_in_sample

),

lifetime_earlier_sample as (

    select
        purchase_histories.repeat_purchases,
        purchase_histories.days_to_last,
        purchase_histories.days_observed,
        cast(purchase_histories.repeat_revenue as double) as repeat_revenue,
        purchase_histories.later_purchases,
        count(*) as customers
    from purchase_histories
    inner join sampled_customers
        on purchase_histories.customer_id = sampled_customers.customer_id
    group by
        purchase_histories.repeat_purchases,
        purchase_histories.days_to_last,
        purchase_histories.days_observed,
        purchase_histories.repeat_revenue,
        purchase_histories.later_purchases

)

select * from lifetime_earlier_sample
