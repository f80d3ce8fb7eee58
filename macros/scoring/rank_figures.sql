{#- Query of how well a score orders customers by a value, within groups: Spearman's rank correlation (Spearman 1904, "The
    proof and measurement of association between two things"), the normalised Gini, and what the best tenth captures.

    The Gini of an order is twice the covariance of the values with their ranks in it over the mean value (Lerman and
    Yitzhaki 1984, "A note on the calculation and interpretation of the Gini index"; of the order by a score: Frees, Meyers and
    Cummings 2011, "Summarizing insurance scores using a Gini index"); normalised, it is divided by that of the order by the
    values themselves, so that 1 is a perfect order and 0 a random one. Ties have their mean rank. Ranks count doubled and
    from their mean, which keeps them whole numbers: 2 rank + ties - 2 - rows, with rank that of the first of the tie.

    relation: rows with customer_id; keys: columns of the groups; score and value: columns, the value of decimals. -#}
{% macro rank_figures_by(relation, keys, score, value) -%}
    {%- set groups = keys | join(', ') -%}
    select
        {{ groups }},
        cast(sum(score_place * value_place) as double) / nullif(sqrt(
            cast(sum(score_place * score_place) as double) * cast(sum(value_place * value_place) as double)
        ), 0) as spearman,
        {{ coterie.divide('sum(value * cast(score_place as decimal(18, 0)))', 'sum(value * cast(value_place as decimal(18, 0)))') }}
            as normalised_gini,
        {{ coterie.divide('sum(case when is_in_top_tenth then value end)', 'sum(value)') }}
            as top_tenth_value_share
    from (
        select
            {{ groups }},
            {{ value }} as value,
            {%- for place, column in [('score_place', score), ('value_place', value)] %}
            2 * rank() over (partition by {{ groups }} order by {{ column }})
            + count(*) over (partition by {{ groups }}, {{ column }})
            - 2
            - count(*) over (partition by {{ groups }}) as {{ place }},
            {%- endfor %}
            10 * (row_number() over (partition by {{ groups }} order by {{ score }} desc, customer_id) - 1)
            < count(*) over (partition by {{ groups }}) as is_in_top_tenth
        from {{ relation }}
    ) as placed
    group by {{ groups }}
{%- endmacro %}
