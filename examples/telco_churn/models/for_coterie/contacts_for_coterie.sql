with published as (
    select * from {{ source('ibm', 'telco_churn') }}
),

contacts as (
    select
        'telco' as source_system,
        "customerID" as contact_key,
        'US' as country,
        -- Known long enough to be seen on the day the contract is described.
        '{{ var("known_on") }}' as created_at
    from published
)

select * from contacts
