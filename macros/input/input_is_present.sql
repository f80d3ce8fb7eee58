{#- Whether a contract table exists: mapped to a model, or found as a source table. -#}
{% macro input_is_present(table) -%}
    {%- if var('input_models', {}).get(table) or not execute -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set relation = source('coterie_input', table) -%}
    {{ return(relation.is_cte or load_relation(relation) is not none) }}
{%- endmacro %}
