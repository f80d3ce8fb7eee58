with

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}

),

purchase_days as (

    select * from {{ ref('coterie', 'purchase_days') }}

),

current_dates as (

    select as_of_date from as_of_dates
    where is_current

),

-- The latest month-end that leaves enough days to see what became of a prediction.
holdout_dates as (

    select max(as_of_dates.as_of_date) as as_of_date
    from as_of_dates
    cross join current_dates
    where
        {{ dbt.datediff('as_of_dates.as_of_date', 'current_dates.as_of_date', 'day') }} -- noqa: LT05
        >= {{ var('lifetime_holdout_days') }}

),

purposes as (

    select
        'scoring' as purpose,
        as_of_date
    from current_dates

    union all

    select
        'holdout' as purpose,
        as_of_date
    from holdout_dates
    where as_of_date is not null

),

histories as (

    select
        purposes.purpose,
        purchase_days.customer_id,
        purchase_days.as_of_date,
        {{ coterie.purchase_history() }}
    from purchase_days
    inner join purposes
        on purchase_days.as_of_date = purposes.as_of_date
    group by purposes.purpose, purchase_days.customer_id, purchase_days.as_of_date

),

-- What the customers of the earlier day have bought since, as known today.
later_days as (

    select
        purchase_days.customer_id,
        count(*) as later_purchases
    from purchase_days
    inner join current_dates
        on purchase_days.as_of_date = current_dates.as_of_date
    inner join holdout_dates
        on purchase_days.activity_date > holdout_dates.as_of_date
    group by purchase_days.customer_id

),

purchase_histories as (

    select
        histories.purpose,
        histories.customer_id,
        histories.as_of_date,
        histories.first_purchase_on,
        histories.repeat_purchases,
        histories.days_to_last,
        histories.days_observed,
        histories.first_revenue,
        cast(histories.revenue - histories.first_revenue as decimal(18, 4)) as repeat_revenue,
        case when histories.purpose = 'holdout' then coalesce(later_days.later_purchases, 0) end as later_purchases
    from histories
    left join later_days
        on histories.customer_id = later_days.customer_id

)

select * from purchase_histories
