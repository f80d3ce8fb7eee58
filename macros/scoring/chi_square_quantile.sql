{#- Quantiles by formula: they depend on the number of bins and of features, which no seed could list. `tail` is the
    probability above the quantile. -#}

{#- Standard normal quantile, for tails of at most a half: Abramowitz and Stegun (1964), formula 26.2.23, off by less than
    0.00045. -#}
{% macro normal_quantile(tail) -%}
    {%- set t = 'sqrt(-2 * ln(' ~ tail ~ '))' -%}
    (
        {{ t }} - (2.515517 + 0.802853 * {{ t }} + 0.010328 * {{ t }} * {{ t }})
        / (1 + 1.432788 * {{ t }} + 0.189269 * {{ t }} * {{ t }} + 0.001308 * {{ t }} * {{ t }} * {{ t }})
    )
{%- endmacro %}

{#- Chi-square quantile by Wilson and Hilferty (1931): the cube root is nearly normal. In tails of 0.001 to 0.00001 it is
    above the exact one, by 12 % at most with 1 degree of freedom, 4 % with 5 and 2 % with 9: limits err to the side of no
    false alarm. 0 without a degree of freedom. -#}
{% macro chi_square_quantile(degrees, tail) -%}
    {%- set spread = '2 / (9 * cast(' ~ degrees ~ ' as double))' -%}
    case
        when {{ degrees }} > 0 then ({{ degrees }}) * power(
            1 - {{ spread }} + {{ coterie.normal_quantile(tail) }} * sqrt({{ spread }}), 3
        )
        else 0
    end
{%- endmacro %}
