with raw_contacts as (
    {{ coterie.input('contacts') }}
),

countries as (
    {{ coterie.country_spellings('contacts') }}
),

calling_codes as (
    select * from {{ ref('coterie', 'country_calling_codes') }}
),

-- countries that share a calling code (US, CA) share its plan
numbering_plans as (
    select
        calling_code,
        min(trunk_prefix) as trunk_prefix,
        min(min_length) as min_length,
        max(max_length) as max_length
    from calling_codes
    group by calling_code
),

city_synonyms as (
    select * from {{ ref('coterie', 'city_synonyms') }}
),

region_synonyms as (
    select * from {{ ref('coterie', 'region_synonyms') }}
),

genders as (
    {{ coterie.value_spellings('contacts', 'gender', 'gender', otherwise='null') }}
),

marital_statuses as (
    {{ coterie.value_spellings('contacts', 'marital_status', 'marital_status', otherwise='null') }}
),

educations as (
    {{ coterie.value_spellings('contacts', 'education', 'education', otherwise='null') }}
),

cities as (
    {{ coterie.city_spellings('contacts') }}
),

regions as (
    {{ coterie.spellings('contacts', 'region') }}
),

located as (
    select
        {{ coterie.broadcast(['countries']) }}
        raw_contacts.*,
        countries.country as country_code,
        coalesce(countries.country, '{{ var("default_country") }}')
            as assumed_country,
        {{ coterie.phone_digits('raw_contacts.phone') }} as phone_digits,
        {{ coterie.clean_timestamp('raw_contacts.birth_date') }} as birth_at,
        {{ coterie.clean_timestamp('raw_contacts.created_at') }} as clean_created_at,
        {{ coterie.clean_timestamp('raw_contacts.updated_at') }} as clean_updated_at
    from raw_contacts
    left join countries
        on raw_contacts.country = countries.spelling
),

cleaned as (
    select
        {{ coterie.broadcast(['genders', 'marital_statuses', 'educations', 'cities', 'regions']) }}
        {{ coterie.raw_columns('contacts', 'located') }}
        {{ coterie.clean_key('located.source_system') }} as source_system,
        {{ coterie.clean_key('located.contact_key') }} as contact_key,
        {{ coterie.clean_email('located.email') }} as email,
        {{ coterie.clean_phone('located.phone_digits', 'numbering_plans') }} as phone,
        {{ coterie.clean_text('located.first_name') }} as first_name,
        {{ coterie.clean_text('located.last_name') }} as last_name,
        {{ coterie.match_name('located.first_name') }} as first_name_match,
        {{ coterie.match_name('located.last_name') }} as last_name_match,
        {{ coterie.clean_birth_date('located.birth_at') }} as birth_date,
        genders.value as gender,
        marital_statuses.value as marital_status,
        educations.value as education,
        {{ coterie.lower_text(coterie.clean_text('located.occupation')) }} as occupation,
        {{ coterie.clean_text('located.street') }} as street,
        {{ coterie.clean_postal_code('located.postal_code', 'located.assumed_country') }} as postal_code,
        coalesce(city_synonyms.city, {{ coterie.clean_text('located.city') }}) as city,
        coalesce(region_synonyms.region, {{ coterie.clean_text('located.region') }}) as region,
        located.country_code as country,
        {{ coterie.unless_in_the_future('located.clean_created_at') }} as created_at,
        {{ coterie.unless_in_the_future('located.clean_updated_at') }} as updated_at
    from located
    left join calling_codes
        on located.assumed_country = calling_codes.country
    left join numbering_plans
        on case
            when located.phone_digits like '+%' then {{ coterie.phone_calling_code('located.phone_digits') }}
            else calling_codes.calling_code
        end = numbering_plans.calling_code
    left join cities
        on located.city = cities.spelling
    left join city_synonyms
        on cities.words = city_synonyms.synonym_match and located.assumed_country = city_synonyms.country
    left join regions
        on located.region = regions.spelling
    left join region_synonyms
        on regions.words = region_synonyms.synonym_match and located.assumed_country = region_synonyms.country
    left join genders
        on located.gender = genders.spelling
    left join marital_statuses
        on located.marital_status = marital_statuses.spelling
    left join educations
        on located.education = educations.spelling
),

judged as (
    select
        *,
        case when source_system is null or contact_key is null then 'missing_key' end as reason_code
    from cleaned
),

{{ coterie.settle_rows('contacts', keys=['source_system', 'contact_key'], latest_by='updated_at desc nulls last') }}

select
    source_system,
    contact_key,
    email,
    phone,
    first_name,
    last_name,
    first_name_match,
    last_name_match,
    birth_date,
    gender,
    marital_status,
    education,
    occupation,
    street,
    postal_code,
    city,
    region,
    country,
    created_at,
    updated_at,
    {{ coterie.settled_columns('contacts', ['source_system', 'contact_key']) }}
from settled
