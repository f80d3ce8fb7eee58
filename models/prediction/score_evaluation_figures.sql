-- noqa: disable=LT02
{% set keys = ['outcome', 'model_version', 'as_of_date', 'group_kind', 'group_name'] %}
with

score_backtest as (

    select * from {{ ref('coterie', 'score_backtest') }}

),

grouped as (
    {% for kind in ['all', 'segment', 'region', 'age_band'] %}
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

figures as (

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
        {{ coterie.divide('sums.rule_squares', 'sums.customers') }} as rule_brier
    from sums
    {%- for other in ['auc_values', 'rule_auc_values'] %}
    inner join {{ other }}
        on
            {%- for key in keys %}
            {{ 'and ' if not loop.first }}sums.{{ key }} = {{ other }}.{{ key }}
            {%- endfor %}
    {%- endfor %}

)

select * from figures
