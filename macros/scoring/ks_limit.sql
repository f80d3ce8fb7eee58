{#- Distance of two cumulated distributions that samples of one population exceed with probability `tail` (Smirnov 1939,
    for large samples). Measured at the edges of bins the distance is a lower bound of the one at every value, so that the
    test errs to the side of no alarm. -#}
{% macro ks_limit(customers, other_customers, tail) -%}
    sqrt(
        -ln({{ tail }} / 2) / 2
        * (1 / nullif(cast({{ customers }} as double), 0) + 1 / nullif(cast({{ other_customers }} as double), 0))
    )
{%- endmacro %}
