with published as (
    select * from {{ source('fader_hardie', 'cdnow_sample') }}
),

numbered as (
    select
        cast(customer_id as varchar) as customer_number,
        "date" as purchased_on,
        -- Purchases carry no number, and two equal rows are two purchases: each is told from the others of its customer
        -- and day by a number. Which of two equal rows comes first makes no difference.
        row_number() over (partition by customer_id, "date" order by cds, amount) as purchase_number,
        cds,
        amount
    from published
),

keyed as (
    select
        *,
        customer_number || '-' || strftime(purchased_on, '%Y%m%d') || '-' || purchase_number as purchase_key
    from numbered
)

select * from keyed
