{#- A key without surrounding blanks; null where nothing is left. -#}
{% macro clean_key(expression) -%}
    nullif(trim({{ expression }}), '')
{%- endmacro %}
