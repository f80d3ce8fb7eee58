with invoice_lines as (
    select * from {{ ref('invoice_lines') }}
    where not is_second_copy
),

grouped as (
    select
        invoice,
        -- One customer and one country an invoice; 83 invoices were typed over some minutes.
        min(customer_number) as customer_number,
        min(country) as country,
        min(invoiced_at) as invoiced_at,
        count(*) as lines,
        cast(sum(quantity * unit_price) as decimal(18, 4)) as total_amount,
        max(unit_price) as highest_price
    from invoice_lines
    group by invoice
),

judged as (
    select
        invoice,
        case
            when invoice like 'A%' then 'adjustment'
            when invoice like 'C%' then 'cancellation'
            -- Nothing on it has a price: stock written off or found, or a parcel sent free of charge.
            when highest_price <= 0 then 'not a sale'
            else 'sale'
        end as kind,
        customer_number,
        country,
        invoiced_at,
        -- British summer time of the two years; nobody traded in the hours around the change.
        case
            when invoiced_at >= timestamp '2010-03-28' and invoiced_at < timestamp '2010-10-31' then '+01:00'
            when invoiced_at >= timestamp '2011-03-27' and invoiced_at < timestamp '2011-10-30' then '+01:00'
            else '+00:00'
        end as utc_offset,
        lines,
        total_amount
    from grouped
),

placed_in_time as (
    select
        *,
        cast(invoiced_at as varchar) || utc_offset as invoiced_at_with_offset
    from judged
)

select * from placed_in_time
