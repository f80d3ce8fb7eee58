-- A share outside 0..1 or a count below zero means that a window took a correction without the fact it corrects.
-- noqa: disable=LT02
{%- set families = [
    'purchase', 'rhythm', 'engagement', 'basket', 'context', 'demographic', 'geographic', 'psychographic'
] %}
{%- set features = [] %}
{%- for feature in coterie.feature_columns() if feature.family in families and feature.unit != 'degrees Celsius' %}
    {%- do features.append(feature) %}
{%- endfor %}

with customer_features as (
    select * from {{ ref('coterie', 'customer_features') }}
),

violations as (
    select
        as_of_date
        {%- for feature in features %},
        count(
            case
                when {{ feature.name }} < 0{{ ' or ' ~ feature.name ~ ' > 1' if feature.unit in ('share', 'flag') }}
                    then 1
            end
        ) as {{ feature.name }}
        {%- endfor %}
    from customer_features
    group by as_of_date
)

select *
from violations
where
    1 = 0
    {%- for feature in features %}
    or {{ feature.name }} > 0
    {%- endfor %}
