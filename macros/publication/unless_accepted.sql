{#- Limit of a check of drift: the figure itself where the user has accepted the change (var drift_accepted_on). -#}
{% macro unless_accepted(limit, figure, date) -%}
    case when {{ coterie.is_drift_accepted(date) }} then greatest({{ limit }}, {{ figure }}) else {{ limit }} end
{%- endmacro %}
