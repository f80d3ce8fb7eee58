{#- A key without surrounding blanks; null where nothing is left. -#}
{% macro clean_key(expression) -%}
    nullif({{ coterie.trim_text(expression) }}, '')
{%- endmacro %}
