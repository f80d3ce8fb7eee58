with checked_consents as (
    select * from {{ ref('coterie', 'checked_consents') }}
),

accepted as (
    select
        source_system,
        contact_key,
        purpose,
        channel,
        is_granted,
        decided_at,
        record_key
    from checked_consents
    where reason_code is null and copy_number = 1
)

select * from accepted
