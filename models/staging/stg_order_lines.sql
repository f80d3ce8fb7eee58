with checked_order_lines as (
    select * from {{ ref('coterie', 'checked_order_lines') }}
),

accepted as (
    select
        source_system,
        order_key,
        line_number,
        product_key,
        category,
        quantity,
        unit_price,
        discount_amount,
        gross_amount,
        net_amount,
        record_key
    from checked_order_lines
    where reason_code is null and copy_number = 1
)

select * from accepted
