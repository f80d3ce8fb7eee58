{#- Probability that a customer has not left, by the BG/NBD. The odds of having left are taken as a logarithm, because the
    powers of a long history do not fit a number. Nobody leaves before coming back: 1 without repeats.
    parameters: alias of a row of lifetime_parameters; the others are SQL expressions of the history, in days. -#}
{% macro p_alive(parameters, repeats, days_to_last, days_observed) -%}
    case
        when {{ repeats }} = 0 then 1
        else 1 / (1 + exp(least(
            ln({{ parameters }}.a) - ln({{ parameters }}.b + {{ repeats }} - 1)
            + ({{ parameters }}.r + {{ repeats }}) * (
                ln({{ parameters }}.alpha + {{ days_observed }}) - ln({{ parameters }}.alpha + {{ days_to_last }})
            ),
            700
        )))
    end
{%- endmacro %}
