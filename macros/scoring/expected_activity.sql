{#- Probability that a new customer buys again between two ages in days, by the BG/NBD: still active at the first age, and
    a purchase before the second. A mean over the probability of leaving, as expected_purchases; r and alpha are SQL
    expressions of the parameters. -#}
{% macro expected_activity(probabilities, weights, r, alpha, from_age, to_age) -%}
    {%- set active -%}
        power(1 + element * ({{ from_age }}) / {{ alpha }}, -({{ r }}))
        - power(1 + (element * ({{ from_age }}) + ({{ to_age }}) - ({{ from_age }})) / {{ alpha }}, -({{ r }}))
    {%- endset -%}
    {{ coterie.dot_product(weights, coterie.transform_array(probabilities, active)) }}
{%- endmacro %}
