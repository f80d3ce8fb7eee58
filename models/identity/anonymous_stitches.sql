with identifier_pairs as (
    select * from {{ ref('coterie', 'event_identifiers') }}
    where contact_key is not null and anonymous_key is not null
),

-- A shared device belongs to whoever was known on it first; the key breaks a tie in time.
ranked as (
    select
        source_system,
        anonymous_key,
        contact_key,
        first_event_at,
        row_number() over (
            partition by source_system, anonymous_key
            order by first_event_at, contact_key
        ) as contact_rank
    from identifier_pairs
),

stitches as (
    select
        source_system,
        anonymous_key,
        contact_key,
        cast(first_event_at as date) as known_on
    from ranked
    where contact_rank = 1
)

select * from stitches
