{#- A location is taken whole, from one contact; every other value from the first contact that has it. -#}
{%- set single_values = [
    'email', 'phone', 'first_name', 'last_name',
    'birth_date', 'gender', 'marital_status', 'education', 'occupation', 'country'
] -%}
{%- set location_values = ['street', 'postal_code', 'city', 'region'] -%}
{%- set dated_values = ['birth_date', 'gender', 'marital_status', 'education', 'occupation', 'country'] -%}

with identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

contact_sightings as (
    select * from {{ ref('coterie', 'contact_sightings') }}
),

contacts as (
    select * from {{ ref('coterie', 'stg_contacts') }}
),

customers as (
    select
        identities.customer_id,
        count(*) as contact_count,
        min(contact_sightings.first_seen_at) as first_seen_at,
        max(contact_sightings.last_seen_at) as last_seen_at
    from identities
    inner join contact_sightings
        on
            identities.source_system = contact_sightings.source_system
            and identities.contact_key = contact_sightings.contact_key
    group by identities.customer_id
),

-- By creation, never by the last change: a later change must not decide what was known earlier.
ranked_contacts as (
    select
        identities.customer_id,
        contacts.*,
        cast(coalesce(contacts.created_at, contact_sightings.first_seen_at) as date) as known_on,
        row_number() over (
            partition by identities.customer_id
            order by contacts.created_at nulls last, contacts.source_system, contacts.contact_key
        ) as contact_rank
    from contacts
    inner join identities
        on
            contacts.source_system = identities.source_system
            and contacts.contact_key = identities.contact_key
    inner join contact_sightings
        on
            contacts.source_system = contact_sightings.source_system
            and contacts.contact_key = contact_sightings.contact_key
),

placed_contacts as (
    select
        *,
        -- The first contact with a postal code, else the first with any place at all.
        case
            when postal_code is not null then contact_rank
            when coalesce(city, region) is not null then 1000000 + contact_rank
        end as location_rank
    from ranked_contacts
),

-- The first contact that holds a value gives it, so a value once known never changes with a later contact.
best_values as (
    select
        customer_id,
        {%- for column in single_values %}
        {{ coterie.value_at_least(column, 'case when ' ~ column ~ ' is not null then contact_rank end') }}
            as {{ column }},
        {%- endfor %}
        {%- for column in location_values %}
        {{ coterie.value_at_least(column, 'location_rank') }} as {{ column }},
        {%- endfor %}
        {%- for column in dated_values %}
        {{ coterie.value_at_least('known_on', 'case when ' ~ column ~ ' is not null then contact_rank end') }}
            as {{ column }}_known_on,
        {%- endfor %}
        {{ coterie.value_at_least('known_on', 'location_rank') }} as location_known_on
    from placed_contacts
    group by customer_id
),

customer_count as (
    select count(*) as customers from customers
),

buckets as (
    select
        customers.customer_id,
        customers.contact_count,
        customers.first_seen_at,
        customers.last_seen_at,
        {{ coterie.md5_bucket('customers.customer_id') }} as bucket,
        customer_count.customers
    from customers
    cross join customer_count
),

golden_records as (
    select
        buckets.customer_id,
        {%- for column in single_values + location_values %}
        best_values.{{ column }},
        {%- endfor %}
        {%- for column in dated_values %}
        best_values.{{ column }}_known_on,
        {%- endfor %}
        best_values.location_known_on,
        buckets.contact_count,
        buckets.first_seen_at,
        buckets.last_seen_at,
        buckets.bucket,
        -- bucket / 2^32 < sample size / customers, in integers
        buckets.bucket * buckets.customers < {{ var('sample_customers') }} * 4294967296 as is_in_sample
    from buckets
    left join best_values
        on buckets.customer_id = best_values.customer_id
)

select * from golden_records
