with repeated_keys as (
    {{ coterie.repeated_keys('orders', ['source_system', 'order_key']) }}
),

raw_orders as {{ coterie.not_materialized() }} (
    {{ coterie.input_with_repeats('orders', ['source_system', 'order_key'], 'repeated_keys') }}
),

statuses as (
    {{ coterie.value_spellings('orders', 'status', 'status', otherwise="'other'") }}
),

channels as (
    {{ coterie.value_spellings('orders', 'channel', 'channel') }}
),

value_synonyms as (
    select * from {{ ref('coterie', 'value_synonyms') }}
),

exchange_rates as (
    {{ coterie.exchange_rates() }}
),

cleaned as {{ coterie.not_materialized() }} (
    select
        {{ coterie.broadcast(['statuses', 'channels']) }}
        {{ coterie.raw_columns('orders', 'raw_orders') }}
        raw_orders.is_repeated,
        {{ coterie.clean_key('raw_orders.source_system') }} as source_system,
        {{ coterie.clean_key('raw_orders.order_key') }} as order_key,
        {{ coterie.clean_key('raw_orders.contact_key') }} as contact_key,
        {{ coterie.clean_timestamp('raw_orders.ordered_at') }} as ordered_at,
        coalesce(statuses.value, 'placed') as status,
        case
            when {{ coterie.clean_key('raw_orders.currency') }} is null then '{{ var("reporting_currency") }}'
            else coalesce(currencies.value, {{ coterie.upper_text(coterie.trim_text('raw_orders.currency')) }})
        end as currency,
        {{ coterie.clean_number('raw_orders.total_amount') }} as total_amount,
        channels.value as channel,
        {{ coterie.clean_timestamp('raw_orders.updated_at') }} as updated_at
    from raw_orders
    left join statuses
        on raw_orders.status = statuses.spelling
    left join value_synonyms as currencies
        on
            {{ coterie.lower_text(coterie.trim_text('raw_orders.currency')) }} = currencies.synonym_match
            and currencies.field = 'currency'
    left join channels
        on raw_orders.channel = channels.spelling
),

converted as {{ coterie.not_materialized() }} (
    select
        *,
        case
            when cleaned.currency = '{{ var("reporting_currency") }}' then cast(1 as decimal(18, 8))
            else exchange_rates.rate
        end as exchange_rate
    from cleaned
    left join exchange_rates
        on
            cleaned.currency = exchange_rates.from_currency
            and cleaned.ordered_at >= exchange_rates.valid_from
            and cleaned.ordered_at < exchange_rates.valid_before
),

judged as {{ coterie.not_materialized() }} (
    select
        *,
        status in ('returned', 'cancelled') as is_void,
        case
            when source_system is null or order_key is null then 'missing_key'
            when {{ coterie.clean_key('raw_ordered_at') }} is null then 'missing_date'
            when ordered_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('ordered_at') }} then 'in_the_future'
            when total_amount is null then 'unparsable_number'
            when total_amount < 0 and status not in ('returned', 'cancelled') then 'negative_amount'
            when exchange_rate is null then 'unknown_currency'
        end as reason_code
    from converted
),

{{ coterie.settle_rows(
    'orders',
    keys=['source_system', 'order_key'],
    latest_by='updated_at desc nulls last',
    streams=true
) }}

select
    source_system,
    order_key,
    contact_key,
    ordered_at,
    status,
    is_void,
    -- a status is known from the day it was set; one without a date has always been so
    greatest(ordered_at, coalesce({{ coterie.unless_in_the_future('updated_at') }}, ordered_at)) as status_known_at,
    currency,
    exchange_rate,
    total_amount,
    cast(total_amount * exchange_rate as decimal(18, 4)) as revenue,
    channel,
    {{ coterie.unless_in_the_future('updated_at') }} as updated_at,
    {{ coterie.settled_columns('orders', ['source_system', 'order_key']) }}
from settled
