with purchases as (
    select * from {{ ref('purchases') }}
),

orders as (
    select
        'cdnow' as source_system,
        purchase_key as order_key,
        customer_number as contact_key,
        purchased_on as ordered_at,
        'USD' as currency,
        amount as total_amount,
        'web' as channel
    from purchases
)

select * from orders
