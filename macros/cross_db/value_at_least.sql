{#-
    Aggregate: the value of the row with the smallest `ordering`, null if that value is null; rows with a null ordering are
    left out. The ordering must be unique within the group, or the result depends on the order in which rows arrive.
-#}
{%- macro value_at_least(value, ordering) -%}
    {{ return(adapter.dispatch('value_at_least', 'coterie')(value, ordering)) }}
{%- endmacro -%}

{%- macro default__value_at_least(value, ordering) -%}
    min_by({{ value }}, {{ ordering }})
{%- endmacro -%}

{#- min_by would pass over rows without a value. -#}
{%- macro duckdb__value_at_least(value, ordering) -%}
    arg_min_null({{ value }}, {{ ordering }})
{%- endmacro -%}
