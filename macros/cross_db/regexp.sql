{#- Patterns are written in the syntax that RE2 and Java share. A pattern is passed as plain text, without
    quotes: quoting is the engine's business. -#}

{% macro regexp_replace_all(expression, pattern, replacement='') -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'coterie')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}')
{%- endmacro %}

{#- DuckDB replaces the first match only, unless told otherwise. -#}
{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}


{% macro regexp_like(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_like', 'coterie')(expression, pattern)) }}
{%- endmacro %}

{% macro default__regexp_like(expression, pattern) -%}
    regexp_like({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro duckdb__regexp_like(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}


{#- The text of one group of the first match, empty where nothing matches. -#}
{% macro regexp_group(expression, pattern, group_number) -%}
    {{ return(adapter.dispatch('regexp_group', 'coterie')(expression, pattern, group_number)) }}
{%- endmacro %}

{% macro default__regexp_group(expression, pattern, group_number) -%}
    regexp_extract({{ expression }}, '{{ pattern }}', {{ group_number }})
{%- endmacro %}
