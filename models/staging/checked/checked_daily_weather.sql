with raw_daily_weather as (
    {{ coterie.input('daily_weather') }}
),

countries as (
    {{ coterie.country_spellings('daily_weather') }}
),

located as (
    select
        {{ coterie.broadcast(['countries']) }}
        raw_daily_weather.*,
        countries.country as country_code
    from raw_daily_weather
    left join countries
        on raw_daily_weather.country = countries.spelling
),

cleaned as (
    select
        {{ coterie.raw_columns('daily_weather', 'located') }}
        located.country_code as country,
        {{ coterie.clean_postal_code('located.postal_code', 'located.country_code') }} as postal_code,
        {{ coterie.clean_date('located.observed_on') }} as observed_on,
        {{ coterie.clean_number('located.temperature_c', 'decimal(9, 2)') }} as temperature_c,
        {{ coterie.clean_number('located.precipitation_mm', 'decimal(9, 2)') }} as precipitation_mm
    from located
),

judged as (
    select
        *,
        case
            when country is null or postal_code is null then 'missing_key'
            when {{ coterie.clean_key('raw_observed_on') }} is null then 'missing_date'
            when observed_on is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('observed_on') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

{{ coterie.settle_rows('daily_weather', keys=['country', 'postal_code', 'observed_on']) }}

select
    country,
    postal_code,
    observed_on,
    temperature_c,
    precipitation_mm,
    {{ coterie.settled_columns('daily_weather', ['country', 'postal_code', 'observed_on']) }}
from settled
