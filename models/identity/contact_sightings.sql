{%- set dated_tables = {
    'stg_orders': 'ordered_at',
    'stg_messages': 'sent_at',
    'stg_survey_answers': 'answered_at',
    'stg_interests': 'observed_at',
    'stg_consents': 'decided_at',
    'stg_outcomes': 'ended_at',
    'stg_attributes': 'observed_at'
} -%}

with sightings as (
    select
        source_system,
        contact_key,
        created_at as first_at,
        created_at as last_at,
        1 as is_contact_record
    from {{ ref('coterie', 'stg_contacts') }}

    union all

    -- Anonymous events do not count: a stitch only tells later that they were this contact's.
    select
        source_system,
        contact_key,
        first_event_at as first_at,
        last_event_at as last_at,
        0 as is_contact_record
    from {{ ref('coterie', 'event_identifiers') }}
    {%- for table, column in dated_tables.items() %}

    union all

    select
        source_system,
        contact_key,
        {{ column }} as first_at,
        {{ column }} as last_at,
        0 as is_contact_record
    from {{ ref('coterie', table) }}
    {%- endfor %}
),

contact_sightings as (
    select
        source_system,
        contact_key,
        min(first_at) as first_seen_at,
        max(last_at) as last_seen_at,
        max(is_contact_record) = 1 as has_contact_record
    from sightings
    where contact_key is not null
    group by source_system, contact_key
)

select * from contact_sightings
