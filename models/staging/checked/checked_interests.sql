with raw_interests as (
    {{ coterie.input('interests') }}
),

-- an interest in what the shop sells carries the name of that category
interests as (
    {{ coterie.category_spellings('interests', 'interest', field='interest') }}
),

cleaned as (
    select
        {{ coterie.broadcast(['interests']) }}
        {{ coterie.raw_columns('interests', 'raw_interests') }}
        {{ coterie.clean_key('raw_interests.source_system') }} as source_system,
        {{ coterie.clean_key('raw_interests.contact_key') }} as contact_key,
        interests.category as interest,
        case
            when {{ coterie.clean_key('raw_interests.strength') }} is null then cast(1 as decimal(9, 4))
            else {{ coterie.clean_number('raw_interests.strength', 'decimal(9, 4)') }}
        end as strength,
        {{ coterie.clean_timestamp('raw_interests.observed_at') }} as observed_at
    from raw_interests
    left join interests
        on raw_interests.interest = interests.spelling
),

judged as (
    select
        *,
        case
            when source_system is null or contact_key is null or interest is null then 'missing_key'
            when {{ coterie.clean_key('raw_observed_at') }} is null then 'missing_date'
            when observed_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('observed_at') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

-- a strength that changed later takes nothing from what was known before: every moment is a record of its own
{{ coterie.settle_rows('interests', keys=['source_system', 'contact_key', 'interest', 'observed_at']) }}

select
    source_system,
    contact_key,
    interest,
    strength,
    observed_at,
    {{ coterie.settled_columns('interests', ['source_system', 'contact_key', 'interest', 'observed_at']) }}
from settled
