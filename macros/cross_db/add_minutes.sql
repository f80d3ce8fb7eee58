{#- A timestamp moved by whole minutes, fractions of a second kept; null where either is. -#}
{% macro add_minutes(timestamp, minutes) -%}
    {{ return(adapter.dispatch('add_minutes', 'coterie')(timestamp, minutes)) }}
{%- endmacro %}

{% macro default__add_minutes(timestamp, minutes) -%}
    {{ dbt.dateadd('minute', minutes, timestamp) }}
{%- endmacro %}

{#- dbt-spark's dateadd drops fractions of a second. -#}
{% macro spark__add_minutes(timestamp, minutes) -%}
    ({{ timestamp }} + make_dt_interval(0, 0, {{ minutes }}, 0))
{%- endmacro %}
