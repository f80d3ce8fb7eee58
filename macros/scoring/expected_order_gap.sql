{#- Days from one order to the next as a customer's own habit has them: the mean gap from three orders on (var
    lifecycle_min_orders), the usual gap before that; never below var lifecycle_shortest_gap_days. -#}
{% macro expected_order_gap(features, usual_gap) -%}
    greatest(
            case
                when {{ features }}.orders_total >= {{ var('lifecycle_min_orders') }}
                    then coalesce({{ features }}.mean_days_between_orders, {{ usual_gap }})
                else {{ usual_gap }}
            end,
            {{ var('lifecycle_shortest_gap_days') }}
        )
{%- endmacro %}
