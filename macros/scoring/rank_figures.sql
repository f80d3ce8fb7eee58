{#- Query of how well scores order customers by a value, within groups: Spearman's rank correlation (Spearman 1904, "The
    proof and measurement of association between two things"), the normalised Gini, and what the best tenth captures.

    The Gini of an order is twice the covariance of the values with their ranks in it over the mean value (Lerman and
    Yitzhaki 1984, "A note on the calculation and interpretation of the Gini index"; of the order by a score: Frees, Meyers and
    Cummings 2011, "Summarizing insurance scores using a Gini index"); normalised, it is divided by that of the order by the
    values themselves, so that 1 is a perfect order and 0 a random one. Ties have their mean rank. Ranks count doubled and from
    their mean, which keeps them whole numbers: rows below less rows above, which is rank less rank from the other end.

    relation: rows with customer_id; keys: columns of the groups; scores: dict of the prefix of the figures' names and the
    column that ranks; value: column of decimals. -#}
{% macro rank_figures_by(relation, keys, scores, value) -%}
    {%- set groups = keys | join(', ') -%}
    select
        {{ groups }}
        {%- for prefix in scores %}{% set place = prefix ~ 'score_place' %},
        cast(sum({{ place }} * value_place) as double) / nullif(sqrt(
            cast(sum({{ place }} * {{ place }}) as double) * cast(sum(value_place * value_place) as double)
        ), 0) as {{ prefix }}spearman,
        {{ coterie.divide(
            'sum(value * cast(' ~ place ~ ' as decimal(18, 0)))', 'sum(value * cast(value_place as decimal(18, 0)))'
        ) }} as {{ prefix }}normalised_gini,
        {{ coterie.divide('sum(case when is_in_' ~ prefix ~ 'top_tenth then value end)', 'sum(value)') }}
            as {{ prefix }}top_tenth_value_share
        {%- endfor %}
    from (
        select
            {{ groups }},
            {{ value }} as value,
            {%- for prefix, score in scores.items() %}
            10 * (row_number() over (partition by {{ groups }} order by {{ score }} desc, customer_id asc) - 1)
            < count(*) over (partition by {{ groups }}) as is_in_{{ prefix }}top_tenth,
            rank() over (partition by {{ groups }} order by {{ score }} asc)
            - rank() over (partition by {{ groups }} order by {{ score }} desc) as {{ prefix }}score_place,
            {%- endfor %}
            rank() over (partition by {{ groups }} order by {{ value }} asc)
            - rank() over (partition by {{ groups }} order by {{ value }} desc) as value_place
        from {{ relation }}
    ) as placed
    group by {{ groups }}
{%- endmacro %}
