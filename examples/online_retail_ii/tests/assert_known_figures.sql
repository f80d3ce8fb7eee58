-- What is published about this data set after the usual cleaning (sheets joined without their overlap, customer known,
-- no cancellation, quantity and price above zero), measured in what Coterie made of it.
with customers as (
    select * from {{ ref('coterie', 'customers') }}
),

orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

order_lines as (
    select * from {{ ref('coterie', 'stg_order_lines') }}
),

paid_lines as (
    select order_lines.*
    from order_lines
    inner join orders
        on
            order_lines.source_system = orders.source_system
            and order_lines.order_key = orders.order_key
    where
        orders.contact_key is not null
        and not orders.is_void
        and order_lines.quantity > 0
        and order_lines.unit_price > 0
),

figures as (
    select 'customers with an order' as figure, 5878 as expected, cast(count(*) as decimal(18, 2)) as found
    from customers
    where orders > 0
    union all
    select 'revenue of customers', 17431551.18, cast(sum(revenue) as decimal(18, 2)) from customers
    union all
    select 'orders of customers', 36969, sum(orders) from customers
    union all
    select 'all customers, those with cancellations only among them', 5942, count(*) from customers
    union all
    select 'paid lines of known customers', 791045, count(*) from paid_lines
    union all
    select 'value of those lines', 17431551.18, cast(sum(net_amount) as decimal(18, 2)) from paid_lines
)

select * from figures
where found is distinct from expected
