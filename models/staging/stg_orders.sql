with checked_orders as (
    select * from {{ ref('coterie', 'checked_orders') }}
),

accepted as (
    select
        source_system,
        order_key,
        contact_key,
        ordered_at,
        status,
        is_void,
        status_known_at,
        currency,
        total_amount,
        revenue,
        channel,
        updated_at,
        record_key
    from checked_orders
    where reason_code is null and copy_number = 1
)

select * from accepted
