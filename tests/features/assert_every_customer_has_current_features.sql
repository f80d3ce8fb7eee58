-- Everyone first seen by the current as_of_date, or without any date, has features and a lifecycle stage; nobody else.
with customers as (
    select
        golden_records.customer_id,
        as_of_dates.as_of_date
    from {{ ref('coterie', 'golden_records') }} as golden_records
    cross join {{ ref('coterie', 'as_of_dates') }} as as_of_dates
    where
        as_of_dates.is_current
        and (
            golden_records.first_seen_at is null
            or cast(golden_records.first_seen_at as date) <= as_of_dates.as_of_date
        )
),

current_features as (
    select * from {{ ref('coterie', 'customer_features') }}
    where is_current
),

lifecycle_stages as (
    select * from {{ ref('coterie', 'lifecycle_stages') }}
),

mismatches as (
    select
        customers.customer_id as customer,
        current_features.customer_id as customer_with_features,
        lifecycle_stages.customer_id as customer_with_stage
    from customers
    full outer join current_features
        on
            customers.customer_id = current_features.customer_id
            and customers.as_of_date = current_features.as_of_date
    full outer join lifecycle_stages
        on coalesce(customers.customer_id, current_features.customer_id) = lifecycle_stages.customer_id
    where customers.customer_id is null or current_features.customer_id is null or lifecycle_stages.customer_id is null
)

select * from mismatches
