with identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

event_identifiers as (
    select * from {{ ref('coterie', 'event_identifiers') }}
),

orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

stitches as (
    select * from {{ ref('coterie', 'anonymous_stitches') }}
),

identity_figures as (
    select
        count(*) as contacts,
        count(distinct customer_id) as customers,
        count(case when method = 'unknown_contact' then 1 end) as unknown_contacts,
        count(case when method in ('email', 'phone_and_last_name') then 1 end) as linked_contacts
    from identities
),

anonymous_identifiers as (
    select
        event_identifiers.source_system,
        event_identifiers.anonymous_key,
        event_identifiers.events,
        stitches.contact_key is not null as is_stitched
    from event_identifiers
    left join stitches
        on
            event_identifiers.source_system = stitches.source_system
            and event_identifiers.anonymous_key = stitches.anonymous_key
    where event_identifiers.contact_key is null
),

-- One row per visitor and source: contact_key is null throughout, so the pairs are unique.
visitor_figures as (
    select
        count(case when is_stitched then 1 end) as stitched_visitors,
        cast(coalesce(sum(case when is_stitched then events end), 0) as bigint) as stitched_events,
        count(case when not is_stitched and anonymous_key is not null then 1 end) as unstitched_visitors,
        cast(coalesce(sum(case when not is_stitched then events end), 0) as bigint) as unstitched_events
    from anonymous_identifiers
),

-- Orders nobody is known to have placed: accepted, and no customer's.
unowned_orders as (
    select
        count(*) as unowned_orders,
        cast(coalesce(sum(revenue), 0) as decimal(18, 4)) as unowned_revenue
    from orders
    where contact_key is null and not is_void and revenue >= 0
),

identity_counts as (
    select
        identity_figures.contacts,
        identity_figures.customers,
        identity_figures.unknown_contacts,
        identity_figures.linked_contacts,
        visitor_figures.stitched_visitors,
        visitor_figures.stitched_events,
        visitor_figures.unstitched_visitors,
        visitor_figures.unstitched_events,
        unowned_orders.unowned_orders,
        unowned_orders.unowned_revenue
    from identity_figures
    cross join visitor_figures
    cross join unowned_orders
)

select * from identity_counts
