{% macro try_cast(expression, data_type) -%}
    {{ return(adapter.dispatch('try_cast', 'coterie')(expression, data_type)) }}
{%- endmacro %}

{#- dbt's safe_cast is a plain cast on some adapters and then raises on bad input. -#}
{% macro default__try_cast(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}
