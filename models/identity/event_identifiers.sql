with events as (
    select * from {{ ref('coterie', 'stg_events') }}
),

-- Events are read once for all of identity: what follows needs only who was seen with which device.
identifier_pairs as (
    select
        source_system,
        contact_key,
        anonymous_key,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as events
    from events
    group by source_system, contact_key, anonymous_key
)

select * from identifier_pairs
