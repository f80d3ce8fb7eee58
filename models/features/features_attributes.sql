{%- set features = coterie.attribute_features() -%}

with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

attributes as (
    select * from {{ ref('coterie', 'stg_attributes') }}
    where
        1 = 0
        {%- for feature in features %}
        {%- if feature.unit == 'category' %}
        or (attribute = '{{ feature.attribute }}' and value is not null)
        {%- else %}
        -- A number in another unit than the declared one is another fact; one without a unit is taken at its word.
        or (
            attribute = '{{ feature.attribute }}'
            and value_number is not null
            and coalesce(value_unit, '{{ feature.unit }}') = '{{ feature.unit }}'
        )
        {%- endif %}
        {%- endfor %}
),

attributes_as_of as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        attributes.attribute,
        attributes.value,
        attributes.value_number,
        row_number() over (
            partition by customer_dates.customer_id, customer_dates.as_of_date, attributes.attribute
            order by attributes.observed_at desc, attributes.record_key desc
        ) as recency_rank
    from attributes
    inner join identities
        on
            attributes.source_system = identities.source_system
            and attributes.contact_key = identities.contact_key
    inner join customer_dates
        on
            identities.customer_id = customer_dates.customer_id
            and cast(attributes.observed_at as date) <= customer_dates.as_of_date
),

latest_attributes as (
    select
        customer_id,
        as_of_date
        {%- for feature in features %},
        {%- if feature.unit == 'category' %}
        max(
            case when attribute = '{{ feature.attribute }}' then {{ coterie.category_codes('value', feature.categories) }} end
        ) as {{ feature.name }}
        {%- else %}
        max(case when attribute = '{{ feature.attribute }}' then value_number end) as {{ feature.name }}
        {%- endif %}
        {%- endfor %}
    from attributes_as_of
    where recency_rank = 1
    group by customer_id, as_of_date
),

features_attributes as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date
        {%- for feature in features %},
        latest_attributes.{{ feature.name }}
        {%- endfor %}
    from customer_dates
    left join latest_attributes
        on
            customer_dates.customer_id = latest_attributes.customer_id
            and customer_dates.as_of_date = latest_attributes.as_of_date
)

select * from features_attributes
