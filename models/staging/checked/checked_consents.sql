with raw_consents as (
    {{ coterie.input('consents') }}
),

purposes as (
    {{ coterie.value_spellings('consents', 'purpose', 'consent_purpose') }}
),

channels as (
    {{ coterie.value_spellings('consents', 'channel', 'channel') }}
),

cleaned as (
    select
        {{ coterie.broadcast(['purposes', 'channels']) }}
        {{ coterie.raw_columns('consents', 'raw_consents') }}
        {{ coterie.clean_key('raw_consents.source_system') }} as source_system,
        {{ coterie.clean_key('raw_consents.contact_key') }} as contact_key,
        purposes.value as purpose,
        channels.value as channel,
        {{ coterie.clean_boolean('raw_consents.is_granted') }} as is_granted,
        {{ coterie.clean_timestamp('raw_consents.decided_at') }} as decided_at
    from raw_consents
    left join purposes
        on raw_consents.purpose = purposes.spelling
    left join channels
        on raw_consents.channel = channels.spelling
),

judged as (
    select
        *,
        case
            when source_system is null or contact_key is null or purpose is null then 'missing_key'
            when {{ coterie.clean_key('raw_decided_at') }} is null then 'missing_date'
            when decided_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('decided_at') }} then 'in_the_future'
            when is_granted is null then 'unparsable_boolean'
        end as reason_code
    from cleaned
),

-- two decisions of the same moment: the refusal holds
{{ coterie.settle_rows(
    'consents',
    keys=['source_system', 'contact_key', 'purpose', 'channel', 'decided_at'],
    optional_keys=['channel'],
    latest_by='is_granted'
) }}

select
    source_system,
    contact_key,
    purpose,
    channel,
    is_granted,
    decided_at,
    {{ coterie.settled_columns(
        'consents',
        ['source_system', 'contact_key', 'purpose', 'channel', 'decided_at'],
        ['channel']
    ) }}
from settled
