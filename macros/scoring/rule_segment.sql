{#- The segment by rules of a row of `customer_features`, beside the row of `thresholds` (see rule_thresholds). -#}
{% macro rule_segment() -%}
    case
        {%- for rule in coterie.segment_rules() %}
            when {{ rule.condition }} then '{{ rule.segment_id }}'
        {%- endfor %}
        end
{%- endmacro %}

{#- Query of one row that segment_rules() calls `thresholds`: high_revenue, the revenue that one buyer in five reaches. -#}
{% macro rule_thresholds() -%}
    select percentile_disc(0.8) within group (order by {{ coterie.finite_number('revenue_365d') }}) as high_revenue
    from customer_features
    where orders_365d > 0
{%- endmacro %}
