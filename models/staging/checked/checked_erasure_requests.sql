with raw_erasure_requests as (
    {{ coterie.input('erasure_requests') }}
),

cleaned as (
    select
        {{ coterie.raw_columns('erasure_requests', 'raw_erasure_requests') }}
        {{ coterie.clean_key('raw_erasure_requests.source_system') }} as source_system,
        {{ coterie.clean_key('raw_erasure_requests.contact_key') }} as contact_key,
        {{ coterie.clean_email('raw_erasure_requests.email') }} as email,
        {{ coterie.clean_timestamp('raw_erasure_requests.requested_at') }} as requested_at
    from raw_erasure_requests
),

judged as (
    select
        *,
        case
            when source_system is null or (contact_key is null and email is null) then 'missing_key'
            when {{ coterie.clean_key('raw_requested_at') }} is null then 'missing_date'
            when requested_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('requested_at') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

{{ coterie.settle_rows(
    'erasure_requests',
    keys=['source_system', 'contact_key', 'email', 'requested_at'],
    optional_keys=['contact_key', 'email']
) }}

select
    source_system,
    contact_key,
    email,
    requested_at,
    {{ coterie.settled_columns(
        'erasure_requests',
        ['source_system', 'contact_key', 'email', 'requested_at'],
        ['contact_key', 'email']
    ) }}
from settled
