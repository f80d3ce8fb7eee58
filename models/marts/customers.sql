with customers_store as (

    select * from {{ coterie.published('customers_store') }}

),

customers as (

    select
        cast(customer_id as string) as customer_id,
        cast(first_seen_at as timestamp) as first_seen_at,
        cast(last_seen_at as timestamp) as last_seen_at,
        cast(contact_count as bigint) as contact_count,
        cast(country as string) as country,
        cast(region as string) as region,
        cast(lifecycle_stage as string) as lifecycle_stage,
        cast(orders as bigint) as orders,
        cast(revenue as decimal(18, 4)) as revenue
    from customers_store

)

select * from customers
