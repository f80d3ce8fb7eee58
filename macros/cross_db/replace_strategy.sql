{#- Incremental strategy that replaces whole groups of rows: by unique_key, or by partition where rows cannot be deleted. -#}
{%- macro replace_strategy() -%}
    {{ return(adapter.dispatch('replace_strategy', 'coterie')()) }}
{%- endmacro -%}

{%- macro default__replace_strategy() -%}
    {{ return('insert_overwrite') }}
{%- endmacro -%}

{%- macro duckdb__replace_strategy() -%}
    {{ return('delete+insert') }}
{%- endmacro -%}
