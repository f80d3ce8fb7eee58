{#- Drift: how far two counts over the same bins lie apart, and from where on that is no chance. -#}

{#- Share of a bin, a half added to every count: an empty bin has no logarithm, and half a customer is what Jeffreys' prior
    adds. -#}
{% macro _smoothed_share(customers, total, bins) -%}
    (({{ customers }} + 0.5) / cast({{ total }} + 0.5 * {{ bins }} as double))
{%- endmacro %}

{#- The part of one bin in the population stability index, sum (p - q) ln(p / q), as a decimal so that the sum over the bins
    is the same in any order. In the logarithm a share counts as var drift_share_floor at least: an empty bin that gets one
    customer in forty is no drift, though the ratio of the two shares is in the hundreds. -#}
{% macro stability_term(customers, total, other_customers, other_total, bins) -%}
    {%- set share = coterie._smoothed_share(customers, total, bins) -%}
    {%- set other_share = coterie._smoothed_share(other_customers, other_total, bins) -%}
    {%- set floor = var('drift_share_floor') -%}
    {%- set ratio = 'greatest(' ~ share ~ ', ' ~ floor ~ ') / greatest(' ~ other_share ~ ', ' ~ floor ~ ')' -%}
    {{ coterie.to_decimal('((' ~ share ~ ' - ' ~ other_share ~ ') * ln(' ~ ratio ~ '))', 18, 15) }}
{%- endmacro %}

{#- Index that two samples of one population exceed with probability `tail`, but no less than var drift_psi_min. Without a
    change the index times n1 n2 / (n1 + n2) follows a chi-square distribution with one degree of freedom less than there
    are bins (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14). -#}
{% macro stability_limit(customers, other_customers, bins, tail) -%}
    greatest(
        {{ var('drift_psi_min') }},
        {{ coterie.chi_square_quantile(bins ~ ' - 1', tail) }}
        * (1 / nullif(cast({{ customers }} as double), 0) + 1 / nullif(cast({{ other_customers }} as double), 0))
    )
{%- endmacro %}
