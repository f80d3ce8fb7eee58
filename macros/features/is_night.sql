{#- From 22:00 to 05:59, UTC as all timestamps are. -#}
{%- macro is_night(timestamp) -%}
    (extract(hour from {{ timestamp }}) >= 22 or extract(hour from {{ timestamp }}) < 6)
{%- endmacro -%}
