{{ config(materialized='view') }}

with events as (
    select * from {{ ref('coterie', 'stg_events') }}
),

stitches as (
    select * from {{ ref('coterie', 'anonymous_stitches') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

attributed_events as (
    select
        events.*,
        coalesce(events.contact_key, stitches.contact_key) as attributed_contact_key,
        cast(events.event_at as date) as activity_date,
        -- An anonymous event counts from the day its device was seen with a contact.
        case
            when events.contact_key is null then greatest(cast(events.event_at as date), stitches.known_on)
            else cast(events.event_at as date)
        end as known_date
    from events
    left join stitches
        on
            events.contact_key is null
            and events.source_system = stitches.source_system
            and events.anonymous_key = stitches.anonymous_key
),

customer_events as (
    select
        identities.customer_id,
        attributed_events.source_system,
        attributed_events.event_key,
        attributed_events.event_at,
        attributed_events.activity_date,
        attributed_events.known_date,
        attributed_events.event_type,
        attributed_events.device_type,
        attributed_events.platform,
        attributed_events.content_type,
        attributed_events.campaign_key
    from attributed_events
    inner join identities
        on
            attributed_events.source_system = identities.source_system
            and attributed_events.attributed_contact_key = identities.contact_key
)

select * from customer_events
