{#- First day of the period of facts that a store replaces at once: the day itself, or, where rows are replaced by partition
    and each partition is a folder of files, the var store_period. -#}
{%- macro store_period(date) -%}
    {{ return(adapter.dispatch('store_period', 'coterie')(date)) }}
{%- endmacro -%}

{%- macro default__store_period(date) -%}
    cast({{ dbt.date_trunc(var('store_period'), date) }} as date)
{%- endmacro -%}

{%- macro duckdb__store_period(date) -%}
    {{ date }}
{%- endmacro -%}
