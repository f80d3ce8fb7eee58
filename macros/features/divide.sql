{#- One division of two exact numbers, at the very end; null when the divisor is 0. -#}
{%- macro divide(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro -%}
