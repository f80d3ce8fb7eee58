{#- A key of one or more columns as one text, null if any of them is: count(distinct …) of it
    against count(*) finds both repeated and missing keys. -#}
{% macro key_text(columns) -%}
    {%- for column in columns -%}
        cast({{ column }} as {{ dbt.type_string() }}){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
