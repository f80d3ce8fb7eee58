{%- set features = coterie.feature_columns() -%}
{%- set models = coterie.feature_models() -%}

with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),
{% for model in models %}
{{ model.name }} as (
    select * from {{ ref(model.package, model.name) }}
),
{% endfor %}
customer_features as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        customer_dates.is_current,
        customer_dates.is_in_sample
        {%- for feature in features %},
        {{ feature.model }}.{{ feature.name }}
        {%- endfor %}
    from customer_dates
    {%- for model in models %}
    left join {{ model.name }}
        on
            customer_dates.customer_id = {{ model.name }}.customer_id
            and customer_dates.as_of_date = {{ model.name }}.as_of_date
    {%- endfor %}
)

select * from customer_features
