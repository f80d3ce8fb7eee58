{#- A number from 0 to 2^32 - 1 that depends on the text alone: the same on every engine and in every run. -#}
{%- macro md5_bucket(text) -%}
    {{ return(adapter.dispatch('md5_bucket', 'coterie')(text)) }}
{%- endmacro -%}

{%- macro default__md5_bucket(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 8), 16, 10) as bigint)
{%- endmacro -%}

{%- macro duckdb__md5_bucket(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 8) as bigint)
{%- endmacro -%}
