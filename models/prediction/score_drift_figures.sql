-- noqa: disable=LT02
with

score_models as (

    select * from {{ ref('coterie', 'score_models') }}
    where status = 'accepted'

),

score_backtest as (

    select * from {{ ref('coterie', 'score_backtest') }}

),

score_evaluation_deciles as (

    select * from {{ ref('coterie', 'score_evaluation_deciles') }}
    where group_kind = 'all'

),

score_population as (

    select * from {{ ref('coterie', 'score_population') }}
    where is_current

),

customer_score_values as (

    select * from {{ ref('coterie', 'customer_score_values') }}
    where is_current

),

-- Lower ends of the tenths on the day the model was judged.
edges as (

    select
        score_models.outcome,
        score_models.model_version,
        score_models.evaluation_date
        {%- for decile in range(1, 10) %},
        max(
            case
                when score_evaluation_deciles.decile = {{ decile }} then score_evaluation_deciles.lowest_probability
            end
        ) as edge_{{ decile }}
        {%- endfor %}
    from score_models
    inner join score_evaluation_deciles
        on
            score_models.model_version = score_evaluation_deciles.model_version
            and score_models.evaluation_date = score_evaluation_deciles.as_of_date
    group by score_models.outcome, score_models.model_version, score_models.evaluation_date

),

probabilities as (

    select
        score_backtest.outcome,
        score_backtest.as_of_date,
        score_backtest.probability,
        false as is_now
    from score_backtest
    inner join edges
        on
            score_backtest.outcome = edges.outcome
            and score_backtest.as_of_date = edges.evaluation_date
    {%- for outcome in coterie.score_outcomes() %}

    union all

    select
        '{{ outcome.outcome }}' as outcome,
        customer_score_values.as_of_date,
        customer_score_values.{{ outcome.outcome }}_probability as probability,
        true as is_now
    from customer_score_values
    inner join score_population
        on
            customer_score_values.customer_id = score_population.customer_id
            and score_population.{{ outcome.at_risk }}
    where customer_score_values.{{ outcome.outcome }}_probability is not null
    {%- endfor %}

),

binned as (

    select
        probabilities.outcome,
        probabilities.as_of_date,
        probabilities.probability,
        probabilities.is_now,
        case
            {%- for decile in range(1, 10) %}
            when probabilities.probability >= edges.edge_{{ decile }} then {{ decile }}
            {%- endfor %}
            else 10
        end as bin
    from probabilities
    inner join edges
        on probabilities.outcome = edges.outcome

),

counts as (

    select
        outcome,
        bin,
        max(case when is_now then as_of_date end) as as_of_date,
        count(case when is_now then 1 end) as customers,
        count(case when not is_now then 1 end) as customers_then,
        sum(case when is_now then {{ coterie.to_decimal('probability', 18, 15) }} else 0 end) as probabilities,
        sum(case when is_now then 0 else {{ coterie.to_decimal('probability', 18, 15) }} end) as probabilities_then
    from binned
    group by outcome, bin

),

totals as (

    select
        outcome,
        max(as_of_date) as as_of_date,
        count(*) as bins,
        cast(sum(customers) as bigint) as customers,
        cast(sum(customers_then) as bigint) as customers_then,
        sum(probabilities) as probabilities,
        sum(probabilities_then) as probabilities_then
    from counts
    group by outcome

),

indexes as (

    select
        counts.outcome,
        cast(sum({{ coterie.stability_term(
            'counts.customers', 'totals.customers', 'counts.customers_then', 'totals.customers_then', 'totals.bins'
        ) }}) as double) as psi
    from counts
    inner join totals
        on counts.outcome = totals.outcome
    group by counts.outcome

),

drift as (

    select
        edges.outcome,
        edges.model_version,
        edges.evaluation_date,
        totals.as_of_date,
        totals.customers_then,
        totals.customers,
        {{ coterie.divide('totals.probabilities_then', 'totals.customers_then') }} as mean_probability_then,
        {{ coterie.divide('totals.probabilities', 'totals.customers') }} as mean_probability,
        indexes.psi,
        {{ coterie.stability_limit('totals.customers', 'totals.customers_then', 'totals.bins', var('drift_alpha')) }}
            as psi_limit
    from edges
    inner join totals
        on edges.outcome = totals.outcome
    inner join indexes
        on edges.outcome = indexes.outcome

),

judged as (

    select
        *,
        psi > psi_limit and least(customers, customers_then) >= {{ var('drift_customers_min') }} as has_drifted
    from drift

)

select * from judged
