{#- When the build started (UTC), as a timestamp: for columns that record when, never for what a customer is. -#}
{% macro build_started_at() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}
