with published as (
    select * from {{ source('ibm', 'telco_churn') }}
),

outcomes as (
    select
        'telco' as source_system,
        "customerID" as contact_key,
        '{{ var("ended_on") }}' as ended_at
    from published
    where "Churn" = 'Yes'
)

select * from outcomes
