{#- Whether a row of customer_features can be given a segment: at least one order, visit or reaction to a message
    by as_of_date. Somebody who is only known by name has no behaviour to be segmented by. -#}
{% macro has_enough_data(alias) -%}
    (
        {{ alias }}.orders_total > 0
        or {{ alias }}.active_days_total > 0
        or {{ alias }}.opens_365d > 0
        or {{ alias }}.clicks_365d > 0
    )
{%- endmacro %}
