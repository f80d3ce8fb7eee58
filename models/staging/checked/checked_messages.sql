{%- set reactions = ['delivered_at', 'opened_at', 'clicked_at', 'unsubscribed_at', 'bounced_at'] -%}

with repeated_keys as (
    {{ coterie.repeated_keys('messages', ['source_system', 'message_key']) }}
),

raw_messages as {{ coterie.not_materialized() }} (
    {{ coterie.input_with_repeats('messages', ['source_system', 'message_key'], 'repeated_keys') }}
),

channels as (
    {{ coterie.value_spellings('messages', 'channel', 'channel') }}
),

cleaned as {{ coterie.not_materialized() }} (
    select
        {{ coterie.broadcast(['channels']) }}
        {{ coterie.raw_columns('messages', 'raw_messages') }}
        raw_messages.is_repeated,
        {{ coterie.clean_key('raw_messages.source_system') }} as source_system,
        {{ coterie.clean_key('raw_messages.message_key') }} as message_key,
        {{ coterie.clean_key('raw_messages.contact_key') }} as contact_key,
        {{ coterie.clean_key('raw_messages.campaign_key') }} as campaign_key,
        channels.value as channel,
        {{ coterie.clean_timestamp('raw_messages.sent_at') }} as sent_at,
        {{ coterie.clean_timestamp('raw_messages.delivered_at') }} as delivered_at,
        {{ coterie.clean_timestamp('raw_messages.opened_at') }} as opened_at,
        {{ coterie.clean_timestamp('raw_messages.clicked_at') }} as clicked_at,
        {{ coterie.clean_timestamp('raw_messages.unsubscribed_at') }} as unsubscribed_at,
        {{ coterie.clean_timestamp('raw_messages.bounced_at') }} as bounced_at
    from raw_messages
    left join channels
        on raw_messages.channel = channels.spelling
),

judged as {{ coterie.not_materialized() }} (
    select
        *,
        case
            when source_system is null or message_key is null or contact_key is null then 'missing_key'
            when {{ coterie.clean_key('raw_sent_at') }} is null then 'missing_date'
            when sent_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('sent_at') }} then 'in_the_future'
        end as reason_code,
        -- the last moment a version tells of: the version to keep has heard of the latest reaction
        greatest(
            sent_at,
            {%- for reaction in reactions %}
            coalesce({{ coterie.unless_in_the_future(reaction) }}, sent_at){{ ',' if not loop.last }}
            {%- endfor %}
        ) as last_known_at
    from cleaned
),

{{ coterie.settle_rows(
    'messages',
    keys=['source_system', 'message_key'],
    latest_by='last_known_at desc',
    streams=true
) }}

select
    source_system,
    message_key,
    contact_key,
    campaign_key,
    channel,
    sent_at,
    {%- for reaction in reactions %}
    {{ coterie.unless_in_the_future(reaction) }} as {{ reaction }},
    {%- endfor %}
    {{ coterie.settled_columns('messages', ['source_system', 'message_key']) }}
from settled
