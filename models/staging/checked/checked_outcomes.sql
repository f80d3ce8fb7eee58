with raw_outcomes as (
    {{ coterie.input('outcomes') }}
),

cleaned as (
    select
        {{ coterie.raw_columns('outcomes', 'raw_outcomes') }}
        {{ coterie.clean_key('raw_outcomes.source_system') }} as source_system,
        {{ coterie.clean_key('raw_outcomes.contact_key') }} as contact_key,
        {{ coterie.clean_timestamp('raw_outcomes.ended_at') }} as ended_at,
        {{ coterie.clean_text('raw_outcomes.reason') }} as reason
    from raw_outcomes
),

judged as (
    select
        *,
        case
            when source_system is null or contact_key is null then 'missing_key'
            when {{ coterie.clean_key('raw_ended_at') }} is null then 'missing_date'
            when ended_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('ended_at') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

{{ coterie.settle_rows('outcomes', keys=['source_system', 'contact_key', 'ended_at']) }}

select
    source_system,
    contact_key,
    ended_at,
    reason,
    {{ coterie.settled_columns('outcomes', ['source_system', 'contact_key', 'ended_at']) }}
from settled
