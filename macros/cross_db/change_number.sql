{#-
    A whole number that changes when any of the columns changes. Fast rather than portable: it differs between
    engines, so it only ever tells that facts changed since the last build, and never becomes a value of a customer.
-#}
{%- macro change_number(columns) -%}
    {{ return(adapter.dispatch('change_number', 'coterie')(columns)) }}
{%- endmacro -%}

{#- The hash passes over nulls, so that each column also says whether it is one. -#}
{%- macro default__change_number(columns) -%}
    cast(xxhash64(
        {%- for column in columns %} {{ column }} is null, {{ column }}{{ ',' if not loop.last }}{% endfor %}
    ) as decimal(38, 0))
{%- endmacro -%}

{%- macro duckdb__change_number(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro -%}
