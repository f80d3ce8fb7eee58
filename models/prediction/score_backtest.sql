with

customer_score_values as (

    select * from {{ ref('coterie', 'customer_score_values') }}
    where not is_current

),

score_labels as (

    select * from {{ ref('coterie', 'score_labels') }}

),

score_population as (

    select * from {{ ref('coterie', 'score_population') }}

),

score_models as (

    select * from {{ ref('coterie', 'score_models') }}
    where status = 'accepted'

),

scored as (
    {% for outcome in coterie.score_outcomes() %}
    select
        '{{ outcome.outcome }}' as outcome,
        customer_score_values.{{ outcome.outcome }}_model_version as model_version,
        customer_score_values.customer_id,
        customer_score_values.as_of_date,
        score_labels.{{ outcome.label }} as label,
        customer_score_values.{{ outcome.outcome }}_probability as probability,
        score_population.{{ outcome.rule }} as rule_probability,
        score_labels.revenue_next_90d,
        score_population.segment,
        coalesce(score_population.region, 'unknown') as region,
        score_population.age_band
    from customer_score_values
    inner join score_labels
        on
            customer_score_values.customer_id = score_labels.customer_id
            and customer_score_values.as_of_date = score_labels.as_of_date
    inner join score_population
        on
            customer_score_values.customer_id = score_population.customer_id
            and customer_score_values.as_of_date = score_population.as_of_date
    where score_labels.{{ outcome.label }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- A model is judged on days that it had not seen: its evaluation and what came after.
score_backtest as (

    select scored.*
    from scored
    inner join score_models
        on
            scored.model_version = score_models.model_version
            and scored.as_of_date >= score_models.evaluation_date

)

select * from score_backtest
