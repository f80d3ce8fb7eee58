with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

purchase_days as (
    select * from {{ ref('coterie', 'purchase_days') }}
),

placed_days as (
    {{ coterie.customer_days_as_of(
        ['orders_placed', 'orders_voided'],
        window_days=365,
        condition='customer_days.orders_placed > 0 or customer_days.orders_voided > 0'
    ) }}
),

purchases as (
    select
        customer_id,
        as_of_date,
        min(age_days) as days_since_last_order,
        max(age_days) as days_since_first_order,
        {{ coterie.sum_within('orders', 30) }} as orders_30d,
        {{ coterie.sum_within('orders', 90) }} as orders_90d,
        {{ coterie.sum_within('orders', 365) }} as orders_365d,
        {{ coterie.sum_within('orders') }} as orders_total,
        {{ coterie.sum_within('revenue', 30, 'decimal(18, 4)') }} as revenue_30d,
        {{ coterie.sum_within('revenue', 90, 'decimal(18, 4)') }} as revenue_90d,
        {{ coterie.sum_within('revenue', 365, 'decimal(18, 4)') }} as revenue_365d,
        {{ coterie.sum_within('revenue', none, 'decimal(18, 4)') }} as revenue_total
    from purchase_days
    group by customer_id, as_of_date
),

placements as (
    select
        customer_id,
        as_of_date,
        {{ coterie.sum_within('orders_placed') }} as orders_placed_365d,
        {{ coterie.sum_within('orders_voided') }} as orders_voided_365d
    from placed_days
    group by customer_id, as_of_date
),

features_purchase as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        purchases.days_since_last_order,
        purchases.days_since_first_order,
        {%- for column in [
            'orders_30d', 'orders_90d', 'orders_365d', 'orders_total', 'revenue_30d', 'revenue_90d', 'revenue_365d', 'revenue_total'
        ] %}
        coalesce(purchases.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {{ coterie.divide('purchases.revenue_365d', 'purchases.orders_365d') }} as average_order_value_365d,
        {{ coterie.divide('placements.orders_voided_365d', 'placements.orders_placed_365d') }}
            as share_orders_voided_365d
    from customer_dates
    left join purchases
        on
            customer_dates.customer_id = purchases.customer_id
            and customer_dates.as_of_date = purchases.as_of_date
    left join placements
        on
            customer_dates.customer_id = placements.customer_id
            and customer_dates.as_of_date = placements.as_of_date
)

select * from features_purchase
