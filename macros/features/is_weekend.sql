{#- Saturday or Sunday. -#}
{%- macro is_weekend(date) -%}
    {{ coterie.iso_weekday(date) }} >= 6
{%- endmacro -%}
