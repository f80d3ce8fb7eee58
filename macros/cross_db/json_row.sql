{#- A JSON object as text, absent values as null. columns: list of [name in the object, SQL expression of a text, whole number
    or boolean]. -#}
{% macro json_row(columns) -%}
    {{ return(adapter.dispatch('json_row', 'coterie')(columns)) }}
{%- endmacro %}

{% macro default__json_row(columns) -%}
    to_json(
        named_struct(
            {%- for name, expression in columns %}'{{ name }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
        ),
        map('ignoreNullFields', 'false')
    )
{%- endmacro %}

{% macro duckdb__json_row(columns) -%}
    cast(json_object(
        {%- for name, expression in columns %}'{{ name }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor -%}
    ) as varchar)
{%- endmacro %}
