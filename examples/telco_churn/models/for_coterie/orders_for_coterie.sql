-- Coterie asks for orders or events; this data set has neither, and says so by an empty table.
with published as (
    select * from {{ source('ibm', 'telco_churn') }}
),

orders as (
    select
        'telco' as source_system,
        "customerID" as order_key,
        "customerID" as contact_key,
        '{{ var("known_on") }}' as ordered_at,
        'USD' as currency,
        '0' as total_amount
    from published
    where 1 = 0
)

select * from orders
