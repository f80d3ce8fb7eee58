with checked_outcomes as (
    select * from {{ ref('coterie', 'checked_outcomes') }}
),

accepted as (
    select
        source_system,
        contact_key,
        ended_at,
        reason,
        record_key
    from checked_outcomes
    where reason_code is null and copy_number = 1
)

select * from accepted
