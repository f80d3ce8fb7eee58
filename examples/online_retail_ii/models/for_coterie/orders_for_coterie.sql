with invoices as (
    select * from {{ ref('invoices') }}
),

orders as (
    select
        'online_retail' as source_system,
        invoice as order_key,
        customer_number as contact_key,
        invoiced_at_with_offset as ordered_at,
        case when kind = 'cancellation' then 'cancelled' else 'placed' end as status,
        'GBP' as currency,
        total_amount
    from invoices
    where kind in ('sale', 'cancellation')
)

select * from orders
