-- A cancellation is a void order with a total that takes no part in revenue, and nothing else is void.
with orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

figures as (
    select 'void orders' as figure, 8292 as expected, count(*) as found from orders where is_void
    union all
    select 'cancellations that count', 0, count(*) from orders where order_key like 'C%' and not is_void
    union all
    select 'other void orders', 0, count(*) from orders where order_key not like 'C%' and is_void
    union all
    select 'cancellations with a total above zero', 1, count(*) from orders where is_void and total_amount > 0
)

select * from figures
where found is distinct from expected
