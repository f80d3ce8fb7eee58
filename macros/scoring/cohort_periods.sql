{#- Subquery of the periods of cohorts: period_unit (month, week) and period, from 0 on. -#}
{% macro cohort_periods() -%}
    (
        {%- for unit, last in [('month', var('cohort_months') | int), ('week', var('cohort_weeks') | int)] %}
        {%- set outer_loop = loop %}
        {%- for period in range(last + 1) %}
        {{ 'union all ' if not (outer_loop.first and loop.first) }}select '{{ unit }}' as period_unit, {{ period }} as period
        {%- endfor %}
        {%- endfor %}
    )
{%- endmacro %}
