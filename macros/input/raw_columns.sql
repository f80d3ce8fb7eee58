{#- Every contract column of a table under the name raw_<column>, to hash and to keep what arrived beside what was
    made of it. Ends with a comma. -#}
{% macro raw_columns(table, relation) -%}
    {%- for column in coterie.contract_columns(table) %}
        {{ relation }}.{{ column }} as raw_{{ column }},
    {%- endfor %}
{%- endmacro %}
