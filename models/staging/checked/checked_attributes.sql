with raw_attributes as (
    {{ coterie.input('attributes') }}
),

attribute_names as (
    {{ coterie.spellings('attributes', 'attribute') }}
),

units as (
    select * from {{ ref('coterie', 'units') }}
),

cleaned as (
    select
        {{ coterie.broadcast(['attribute_names']) }}
        {{ coterie.raw_columns('attributes', 'raw_attributes') }}
        {{ coterie.clean_key('raw_attributes.source_system') }} as source_system,
        {{ coterie.clean_key('raw_attributes.contact_key') }} as contact_key,
        replace(attribute_names.words, ' ', '_') as attribute,
        {{ coterie.clean_text('raw_attributes.value') }} as value,
        {{ coterie.trailing_unit('raw_attributes.value') }} as written_unit,
        {{ coterie.clean_number(coterie.leading_number('raw_attributes.value'), 'decimal(18, 6)') }} as written_number,
        {{ coterie.clean_timestamp('raw_attributes.observed_at') }} as observed_at
    from raw_attributes
    left join attribute_names
        on raw_attributes.attribute = attribute_names.spelling
),

-- a number beside a word that is no unit is no measurement: '12 rue de la Paix'
measured as (
    select
        *,
        case
            when cleaned.written_unit is null then cleaned.written_number
            else cast(cleaned.written_number * units.factor as decimal(18, 6))
        end as value_number,
        units.base_unit as value_unit
    from cleaned
    left join units
        on cleaned.written_unit = units.unit
),

judged as (
    select
        *,
        case
            when source_system is null or contact_key is null or attribute is null then 'missing_key'
            when {{ coterie.clean_key('raw_observed_at') }} is null then 'missing_date'
            when observed_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('observed_at') }} then 'in_the_future'
        end as reason_code
    from measured
),

{{ coterie.settle_rows('attributes', keys=['source_system', 'contact_key', 'attribute', 'observed_at']) }}

select
    source_system,
    contact_key,
    attribute,
    value,
    value_number,
    value_unit,
    observed_at,
    {{ coterie.settled_columns('attributes', ['source_system', 'contact_key', 'attribute', 'observed_at']) }}
from settled
