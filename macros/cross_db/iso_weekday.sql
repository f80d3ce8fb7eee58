{#- Day of the week, Monday = 1 to Sunday = 7: engines disagree on where `dow` starts. -#}
{%- macro iso_weekday(date) -%}
    {{ return(adapter.dispatch('iso_weekday', 'coterie')(date)) }}
{%- endmacro -%}

{%- macro default__iso_weekday(date) -%}
    (weekday({{ date }}) + 1)
{%- endmacro -%}

{%- macro duckdb__iso_weekday(date) -%}
    isodow({{ date }})
{%- endmacro -%}
