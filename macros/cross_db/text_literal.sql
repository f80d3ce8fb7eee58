{#- A text as an SQL literal, whatever quotes and backslashes it holds. -#}
{% macro text_literal(text) -%}
    {{ return(adapter.dispatch('text_literal', 'coterie')(text)) }}
{%- endmacro %}

{% macro default__text_literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{#- Spark reads backslashes in literals, and two quotes as the end of one literal and the start of the next. -#}
{% macro spark__text_literal(text) -%}
    '{{ text | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}
