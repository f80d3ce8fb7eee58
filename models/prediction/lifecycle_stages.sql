with customer_features as (
    select * from {{ ref('coterie', 'customer_features') }}
    where is_current
),

-- What is usual in this shop stands in for customers with too few gaps of their own.
usual_gap as (
    select
        coalesce(
            percentile_disc(0.5) within group (order by mean_days_between_orders),
            {{ var('lifecycle_default_gap_days') }}
        ) as days_between_orders
    from customer_features
    where mean_days_between_orders is not null
),

expected_gaps as (
    select
        customer_features.customer_id,
        customer_features.as_of_date,
        customer_features.orders_total,
        customer_features.days_since_first_order,
        customer_features.days_since_last_order,
        {{ coterie.expected_order_gap('customer_features', 'usual_gap.days_between_orders') }}
            as expected_days_between_orders
    from customer_features
    cross join usual_gap
),

lifecycle_stages as (
    select
        customer_id,
        as_of_date,
        case
            when orders_total = 0 then 'prospect'
            when days_since_last_order > {{ var('lifecycle_lapsed_gaps') }} * expected_days_between_orders
                then 'lapsed'
            when days_since_last_order > {{ var('lifecycle_cooling_gaps') }} * expected_days_between_orders
                then 'cooling'
            when days_since_first_order < {{ var('lifecycle_new_days') }} then 'new'
            else 'active'
        end as lifecycle_stage,
        days_since_last_order,
        case when orders_total > 0 then expected_days_between_orders end as expected_days_between_orders
    from expected_gaps
)

select * from lifecycle_stages
