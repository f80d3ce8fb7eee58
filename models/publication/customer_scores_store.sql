{{ config(**coterie.replaced_by('publication_id')) }}

with

score_population as (

    select * from {{ ref('coterie', 'score_population') }}
    where is_current

),

customer_score_values as (

    select * from {{ ref('coterie', 'customer_score_values') }}
    where is_current

),

customer_lifetime as (

    select * from {{ ref('coterie', 'customer_lifetime') }}

),

stored as (

    select
        score_population.customer_id,
        score_population.as_of_date,
        {%- for outcome in coterie.score_outcomes() %}
        {%- set name = outcome.outcome %}
        {%- set is_scored = 'customer_score_values.' ~ name ~ '_probability is not null' %}
        case
            when not score_population.{{ outcome.at_risk }}
                then {{ 'null' if name == 'churn' else 'score_population.' ~ outcome.rule }}
            else coalesce(customer_score_values.{{ name }}_probability, score_population.{{ outcome.rule }})
        end as {{ name }}_probability,
        case
            when not score_population.{{ outcome.at_risk }}
                then {{ "'left already'" if name == 'churn' else "'rule of thumb'" }}
            when {{ is_scored }} then 'model'
            else 'rule of thumb'
        end as {{ name }}_basis,
        score_population.{{ outcome.rule }},
        {%- for place in range(1, 4) %}
        case when score_population.{{ outcome.at_risk }} then customer_score_values.{{ name }}_reason_{{ place }} end
            as {{ name }}_reason_{{ place }},
        {%- endfor %}
        customer_score_values.{{ name }}_model_version,
        {%- endfor %}
        customer_lifetime.p_alive,
        customer_lifetime.expected_revenue_90d,
        customer_lifetime.expected_revenue_365d,
        customer_lifetime.model_version as lifetime_model_version,
        {%- for outcome in coterie.score_outcomes() %}
        {{ "|| ' / ' || " if not loop.first }}coalesce(
            customer_score_values.{{ outcome.outcome }}_model_version, 'rule of thumb'
        )
        {%- endfor %}
        || ' / ' || coalesce(customer_lifetime.model_version, 'none') as model_version,
        {{ coterie.candidate_columns() }}
    from score_population
    left join customer_score_values
        on score_population.customer_id = customer_score_values.customer_id
    left join customer_lifetime
        on score_population.customer_id = customer_lifetime.customer_id
    {{ coterie.join_candidate() }}

)

select * from stored
