with checked_erasure_requests as (
    select * from {{ ref('coterie', 'checked_erasure_requests') }}
),

accepted as (
    select
        source_system,
        contact_key,
        email,
        requested_at,
        record_key
    from checked_erasure_requests
    where reason_code is null and copy_number = 1
)

select * from accepted
