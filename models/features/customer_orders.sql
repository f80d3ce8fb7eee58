{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

customer_orders as (
    select
        identities.customer_id,
        orders.source_system,
        orders.order_key,
        orders.ordered_at,
        cast(orders.ordered_at as date) as activity_date,
        orders.is_void,
        cast(orders.status_known_at as date) as status_known_on,
        orders.revenue,
        orders.channel
    from orders
    inner join identities
        on
            orders.source_system = identities.source_system
            and orders.contact_key = identities.contact_key
    -- A total below zero is the paper of a return, not a purchase, whatever its status says today.
    where orders.revenue >= 0
)

select * from customer_orders
