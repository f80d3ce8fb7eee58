with days as (
    {{ coterie.customer_days_as_of(['orders', 'revenue'], condition='customer_days.orders <> 0') }}
),

-- Days whose orders all came to nothing, as known at as_of_date, are not purchase days.
purchase_days as (
    select
        customer_id,
        as_of_date,
        activity_date,
        age_days,
        cast(sum(orders) as bigint) as orders,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from days
    group by customer_id, as_of_date, activity_date, age_days
    having sum(orders) > 0
)

select * from purchase_days
