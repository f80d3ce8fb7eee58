{#- After `as` of a common table expression that is used more than once but must stream: engines that would write it to
    memory first are told not to. -#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'coterie')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
{%- endmacro %}

{% macro duckdb__not_materialized() -%}
    not materialized
{%- endmacro %}
