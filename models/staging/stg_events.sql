with checked_events as (
    select * from {{ ref('coterie', 'checked_events') }}
),

accepted as (
    select
        source_system,
        event_key,
        contact_key,
        anonymous_key,
        event_at,
        event_type,
        device_type,
        platform,
        content_type,
        campaign_key,
        postal_code,
        country,
        value,
        record_key
    from checked_events
    where reason_code is null and copy_number = 1
)

select * from accepted
