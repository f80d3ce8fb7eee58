-- Lines take currency and status from their order: one without an accepted order would have no amount in the reporting
-- currency and drop out of every sum without a word.
with order_lines as (
    select * from {{ ref('coterie', 'stg_order_lines') }}
),

orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
)

select
    order_lines.source_system,
    order_lines.order_key,
    order_lines.line_number
from order_lines
left join orders
    on
        order_lines.source_system = orders.source_system
        and order_lines.order_key = orders.order_key
where orders.order_key is null
