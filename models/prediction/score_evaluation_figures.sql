-- noqa: disable=LT02
{% set keys = ['outcome', 'model_version', 'as_of_date', 'group_kind', 'group_name'] %}
{% set group_kinds = ['all', 'segment', 'region', 'age_band'] %}
{% set value_figures = ['spearman', 'normalised_gini', 'top_tenth_value_share'] %}
with

score_backtest as (

    select * from {{ ref('coterie', 'score_backtest') }}

),

lifetime_backtest as (

    select * from {{ ref('coterie', 'lifetime_backtest') }}

),

grouped as (
    {% for kind in group_kinds %}
    select
        outcome,
        model_version,
        as_of_date,
        '{{ kind }}' as group_kind,
        {{ "'all'" if kind == 'all' else kind }} as group_name,
        label,
        probability,
        rule_probability
    from score_backtest
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

auc_values as (

    {{ coterie.auc_by('grouped', keys, 'probability') }}

),

rule_auc_values as (

    {{ coterie.auc_by('grouped', keys, 'rule_probability') }}

),

sums as (

    select
        {{ keys | join(', ') }},
        count(*) as customers,
        cast(sum(label) as bigint) as positives,
        sum({{ coterie.to_decimal('probability', 18, 15) }}) as probabilities,
        sum({{ coterie.to_decimal('rule_probability', 18, 15) }}) as rule_probabilities,
        sum({{ coterie.log_loss_term('probability', 'label') }}) as log_losses,
        sum({{ coterie.log_loss_term('rule_probability', 'label') }}) as rule_log_losses,
        sum({{ coterie.brier_term('probability', 'label') }}) as squares,
        sum({{ coterie.brier_term('rule_probability', 'label') }}) as rule_squares
    from grouped
    group by {{ keys | join(', ') }}

),

values_grouped as (
    {% for kind in group_kinds %}
    select
        'revenue' as outcome,
        model_version,
        as_of_date,
        '{{ kind }}' as group_kind,
        {{ "'all'" if kind == 'all' else kind }} as group_name,
        customer_id,
        revenue_next_90d,
        expected_revenue_90d,
        rule_revenue_90d
    from lifetime_backtest
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

rank_figures as (

    {{ coterie.rank_figures_by(
        'values_grouped', keys, {'': 'expected_revenue_90d', 'rule_': 'rule_revenue_90d'}, 'revenue_next_90d'
    ) }}

),

value_sums as (

    select
        {{ keys | join(', ') }},
        count(*) as customers,
        cast(sum(revenue_next_90d) as decimal(38, 4)) as revenue_next_90d,
        cast(sum(expected_revenue_90d) as decimal(38, 4)) as expected_revenue_90d,
        cast(sum(rule_revenue_90d) as decimal(38, 4)) as rule_revenue_90d
    from values_grouped
    group by {{ keys | join(', ') }}

),

probability_figures as (

    select
        sums.outcome,
        sums.model_version,
        sums.as_of_date,
        sums.group_kind,
        sums.group_name,
        sums.customers,
        sums.positives,
        {{ coterie.divide('sums.positives', 'sums.customers') }} as share,
        {{ coterie.divide('sums.probabilities', 'sums.customers') }} as mean_probability,
        {{ coterie.divide('sums.probabilities - sums.positives', 'sums.customers') }} as level_error,
        auc_values.auc,
        {{ coterie.divide('sums.log_losses', 'sums.customers') }} as log_loss,
        {{ coterie.divide('sums.squares', 'sums.customers') }} as brier,
        {{ coterie.divide('sums.rule_probabilities', 'sums.customers') }} as rule_mean_probability,
        rule_auc_values.auc as rule_auc,
        {{ coterie.divide('sums.rule_log_losses', 'sums.customers') }} as rule_log_loss,
        {{ coterie.divide('sums.rule_squares', 'sums.customers') }} as rule_brier,
        {%- for name in ['revenue_next_90d', 'expected_revenue_90d', 'rule_revenue_90d'] %}
        cast(null as decimal(38, 4)) as {{ name }},
        {%- endfor %}
        {%- for name in value_figures %}
        cast(null as double) as {{ name }},
        cast(null as double) as rule_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from sums
    {%- for other in ['auc_values', 'rule_auc_values'] %}
    inner join {{ other }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}sums.{{ key }} = {{ other }}.{{ key }}
            {%- endfor %}
    {%- endfor %}

),

figures_of_values as (

    select
        value_sums.outcome,
        value_sums.model_version,
        value_sums.as_of_date,
        value_sums.group_kind,
        value_sums.group_name,
        value_sums.customers,
        cast(null as bigint) as positives,
        {%- for name in [
            'share', 'mean_probability', 'level_error', 'auc', 'log_loss', 'brier', 'rule_mean_probability', 'rule_auc',
            'rule_log_loss', 'rule_brier'
        ] %}
        cast(null as double) as {{ name }},
        {%- endfor %}
        value_sums.revenue_next_90d,
        value_sums.expected_revenue_90d,
        value_sums.rule_revenue_90d,
        {%- for name in value_figures %}
        rank_figures.{{ name }},
        rank_figures.rule_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from value_sums
    inner join rank_figures
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}value_sums.{{ key }} = rank_figures.{{ key }}
            {%- endfor %}

),

figures as (

    select * from probability_figures
    union all
    select * from figures_of_values

)

select * from figures
