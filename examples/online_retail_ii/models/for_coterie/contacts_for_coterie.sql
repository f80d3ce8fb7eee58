with invoices as (
    select * from {{ ref('invoices') }}
    where customer_number is not null
),

ranked as (
    select
        customer_number,
        country,
        invoiced_at_with_offset,
        row_number() over (partition by customer_number order by invoiced_at, invoice) as invoice_rank
    from invoices
),

first_invoices as (
    select
        'online_retail' as source_system,
        customer_number as contact_key,
        -- 13 customers change country: the first one is what was known from the start.
        country,
        invoiced_at_with_offset as created_at
    from ranked
    where invoice_rank = 1
)

select * from first_invoices
