{#- From 18:00 to 21:59, UTC as all timestamps are. -#}
{%- macro is_evening(timestamp) -%}
    extract(hour from {{ timestamp }}) between 18 and 21
{%- endmacro -%}
