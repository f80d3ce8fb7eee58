with purchases as (
    select * from {{ ref('purchases') }}
),

order_lines as (
    select
        'cdnow' as source_system,
        purchase_key as order_key,
        1 as line_number,
        'music' as category,
        cds as quantity,
        -- Only the total was published: this is the mean price of its CDs.
        cast(amount / cds as decimal(18, 4)) as unit_price
    from purchases
)

select * from order_lines
