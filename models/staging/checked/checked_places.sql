with raw_places as (
    {{ coterie.input('places') }}
),

countries as (
    {{ coterie.country_spellings('places') }}
),

city_synonyms as (
    select * from {{ ref('coterie', 'city_synonyms') }}
),

region_synonyms as (
    select * from {{ ref('coterie', 'region_synonyms') }}
),

located as (
    select
        {{ coterie.broadcast(['countries']) }}
        raw_places.*,
        countries.country as country_code
    from raw_places
    left join countries
        on raw_places.country = countries.spelling
),

cleaned as (
    select
        {{ coterie.raw_columns('places', 'located') }}
        located.country_code as country,
        {{ coterie.clean_postal_code('located.postal_code', 'located.country_code') }} as postal_code,
        coalesce(city_synonyms.city, {{ coterie.clean_text('located.city') }}) as city,
        coalesce(region_synonyms.region, {{ coterie.clean_text('located.region') }}) as region,
        {{ coterie.clean_number('located.latitude', 'decimal(9, 6)') }} as latitude,
        {{ coterie.clean_number('located.longitude', 'decimal(9, 6)') }} as longitude,
        cast({{ coterie.clean_number('located.population', 'decimal(18, 0)') }} as bigint) as population,
        {{ coterie.clean_number('located.median_income', 'decimal(18, 2)') }} as median_income
    from located
    left join city_synonyms
        on
            {{ coterie.match_city('located.city') }} = city_synonyms.synonym_match
            and located.country_code = city_synonyms.country
    left join region_synonyms
        on
            {{ coterie.match_words('located.region') }} = region_synonyms.synonym_match
            and located.country_code = region_synonyms.country
),

judged as (
    select
        *,
        case when country is null or postal_code is null then 'missing_key' end as reason_code
    from cleaned
),

{{ coterie.settle_rows('places', keys=['country', 'postal_code']) }}

select
    country,
    postal_code,
    city,
    region,
    latitude,
    longitude,
    population,
    median_income,
    {{ coterie.settled_columns('places', ['country', 'postal_code']) }}
from settled
