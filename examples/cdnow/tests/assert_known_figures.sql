-- What is published about this sample, measured in what Coterie made of it.
with customers as (
    select * from {{ ref('coterie', 'customers') }}
),

orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

published as (
    select * from {{ source('fader_hardie', 'cdnow_sample') }}
),

figures as (
    select 'published rows' as figure, 6919 as expected, cast(count(*) as decimal(18, 2)) as found from published
    union all
    select 'published rows that repeat another', 21, count(*) - (select count(*) from (select distinct * from published))
    from published
    union all
    select 'orders in staging', 6919, count(*) from orders
    union all
    select 'customers', 2357, count(*) from customers
    union all
    select 'customers with an order', 2357, count(*) from customers where orders > 0
    union all
    select 'orders of customers', 6919, sum(orders) from customers
    union all
    select 'revenue of customers', 244091.94, sum(revenue) from customers
)

select * from figures
where found is distinct from expected
