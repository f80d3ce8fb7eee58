{{ config(materialized='view') }}

with stored_days as (
    select * from {{ ref('coterie', 'customer_days_store') }}
),

activity_days as (
    select * from {{ ref('coterie', 'activity_days') }}
),

-- Days whose facts have all gone stay in the store but have no fingerprint that counts.
customer_days as (
    select
        stored_days.customer_id,
        stored_days.activity_date,
        stored_days.known_date,
        {%- for measure in coterie.customer_day_measures() %}
        stored_days.{{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from stored_days
    inner join activity_days
        on
            stored_days.activity_date = activity_days.activity_date
            and stored_days.fingerprint = activity_days.fingerprint
)

select * from customer_days
