with checked_interests as (
    select * from {{ ref('coterie', 'checked_interests') }}
),

accepted as (
    select
        source_system,
        contact_key,
        interest,
        strength,
        observed_at,
        record_key
    from checked_interests
    where reason_code is null and copy_number = 1
)

select * from accepted
