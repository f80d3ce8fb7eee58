with repeated_keys as (
    {{ coterie.repeated_keys('events', ['source_system', 'event_key']) }}
),

raw_events as {{ coterie.not_materialized() }} (
    {{ coterie.input_with_repeats('events', ['source_system', 'event_key'], 'repeated_keys') }}
),

event_types as (
    {{ coterie.spellings('events', 'event_type') }}
),

device_types as (
    {{ coterie.value_spellings('events', 'device_type', 'device', otherwise="'other'") }}
),

platforms as (
    {{ coterie.value_spellings('events', 'platform', 'platform') }}
),

content_types as (
    {{ coterie.spellings('events', 'content_type') }}
),

postal_codes as (
    {{ coterie.postal_code_spellings('events') }}
),

countries as (
    {{ coterie.country_spellings('events') }}
),

cleaned as {{ coterie.not_materialized() }} (
    select
        {{ coterie.broadcast([
            'event_types', 'device_types', 'platforms', 'content_types', 'postal_codes', 'countries'
        ]) }}
        {{ coterie.raw_columns('events', 'raw_events') }}
        raw_events.is_repeated,
        {{ coterie.clean_key('raw_events.source_system') }} as source_system,
        {{ coterie.clean_key('raw_events.event_key') }} as event_key,
        {{ coterie.clean_key('raw_events.contact_key') }} as contact_key,
        {{ coterie.clean_key('raw_events.anonymous_key') }} as anonymous_key,
        {{ coterie.clean_timestamp('raw_events.event_at') }} as event_at,
        replace(event_types.words, ' ', '_') as event_type,
        device_types.value as device_type,
        platforms.value as platform,
        replace(content_types.words, ' ', '_') as content_type,
        {{ coterie.clean_key('raw_events.campaign_key') }} as campaign_key,
        {{ coterie.pad_postal_code('postal_codes.postal_code', 'countries.country') }} as postal_code,
        countries.country,
        {{ coterie.clean_number('raw_events.value') }} as value
    from raw_events
    left join event_types
        on raw_events.event_type = event_types.spelling
    left join device_types
        on raw_events.device_type = device_types.spelling
    left join platforms
        on raw_events.platform = platforms.spelling
    left join content_types
        on raw_events.content_type = content_types.spelling
    left join postal_codes
        on raw_events.postal_code = postal_codes.spelling
    left join countries
        on raw_events.country = countries.spelling
),

judged as {{ coterie.not_materialized() }} (
    select
        *,
        case
            when source_system is null or event_key is null then 'missing_key'
            when {{ coterie.clean_key('raw_event_at') }} is null then 'missing_date'
            when event_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('event_at') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

{{ coterie.settle_rows('events', keys=['source_system', 'event_key'], streams=true) }}

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
    {{ coterie.settled_columns('events', ['source_system', 'event_key']) }}
from settled
