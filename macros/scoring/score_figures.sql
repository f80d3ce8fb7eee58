{#- Figures of probabilities against labels, as exact sums. -#}

{#- Log loss of one row as a decimal; the probability is held a millionth away from 0 and 1. -#}
{% macro log_loss_term(probability, label) -%}
    {%- set held = 'least(greatest(' ~ probability ~ ', 0.000001), 0.999999)' -%}
    {{ coterie.to_decimal(
        '(-ln(case when ' ~ label ~ ' = 1 then ' ~ held ~ ' else 1 - ' ~ held ~ ' end))', 18, 12
    ) }}
{%- endmacro %}

{#- Squared error of one row as a decimal; their mean is the Brier score. -#}
{% macro brier_term(probability, label) -%}
    {{ coterie.to_decimal(
        '((' ~ probability ~ ' - ' ~ label ~ ') * (' ~ probability ~ ' - ' ~ label ~ '))', 18, 15
    ) }}
{%- endmacro %}

{#- Query of the AUC within groups: the chance that a row with label 1 is above one with label 0, ties a half, from whole
    numbers. relation: rows with a label 0 or 1; keys: columns of the groups; score: column that ranks. -#}
{% macro auc_by(relation, keys, score) -%}
    select
        {{ keys | join(', ') }},
        cast(sum(cast(ones as decimal(18, 0)) * (2 * zeros_below + zeros)) as double)
        / nullif(2 * cast(sum(ones) as double) * cast(sum(zeros) as double), 0) as auc
    from (
        select
            {{ keys | join(', ') }},
            ones,
            zeros,
            sum(zeros) over (
                partition by {{ keys | join(', ') }} order by score rows between unbounded preceding and current row
            ) - zeros as zeros_below
        from (
            select
                {{ keys | join(', ') }},
                {{ score }} as score,
                cast(sum(label) as bigint) as ones,
                cast(sum(1 - label) as bigint) as zeros
            from {{ relation }}
            group by {{ keys | join(', ') }}, {{ score }}
        ) as counted
    ) as cumulated
    group by {{ keys | join(', ') }}
{%- endmacro %}
