with invoice_lines as (
    select * from {{ ref('invoice_lines') }}
    where not is_second_copy
),

invoices as (
    select * from {{ ref('invoices') }}
    where kind in ('sale', 'cancellation')
),

order_lines as (
    select
        'online_retail' as source_system,
        invoice_lines.invoice as order_key,
        invoice_lines.line_number,
        -- A charge is part of what was paid, but it is no product.
        case when invoice_lines.charge is null then invoice_lines.stock_code end as product_key,
        invoice_lines.quantity,
        invoice_lines.unit_price
    from invoice_lines
    inner join invoices
        on invoice_lines.invoice = invoices.invoice
)

select * from order_lines
