-- noqa: disable=LT02, LT09
{% set models = coterie.score_parameters() %}
{% set names = coterie.scored_features(models) %}
{% set subjects = {'churn': 'the risk of churn', 'purchase': 'the chance of a purchase'} %}
-- depends_on: {{ ref('coterie', 'score_models') }}
-- depends_on: {{ ref('coterie', 'score_terms') }}
-- depends_on: {{ ref('coterie', 'score_typical_values') }}
with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}

),

score_population as (

    select * from {{ ref('coterie', 'score_population') }}

),

-- Everyone today; of the past the days whose outcomes the models had not seen.
feature_values as (

    select
        score_population.customer_id,
        score_population.as_of_date,
        score_population.is_current
        {%- for name in names %},
        {{ coterie.scored_value('customer_features', name) }} as {{ name }}
        {%- endfor %}
    from score_population
    inner join customer_features
        on
            score_population.customer_id = customer_features.customer_id
            and score_population.as_of_date = customer_features.as_of_date
    where
        score_population.is_current
        {%- for model in models %}
        or score_population.as_of_date >= cast('{{ model.evaluation_date }}' as date)
        {%- endfor %}

),

contributions as (

    select
        feature_values.*
        {%- for model in models %}
        {%- for term in model.terms %},
        {{ coterie.score_term(term, 'feature_values') }} as {{ model.outcome }}_term_{{ term.number }}
        {%- endfor %}
        {%- endfor %}
    from feature_values

),

logits as (

    select
        contributions.*
        {%- for model in models %},
        {{ coterie.score_logit(model, model.outcome ~ '_term_') }} as {{ model.outcome }}_logit,
        case
            when is_current
                then {{ coterie.sort_array(coterie.score_reason_keys(model, model.outcome ~ '_term_')) }}
        end as {{ model.outcome }}_keys
        {%- endfor %}
    from contributions

),

-- The three strongest terms of each model, as far as they add anything to speak of.
strongest as (

    select
        logits.*
        {%- for model in models %}
        {%- for place in range([model.terms | length, 3] | min) %}
        {%- set key = coterie.element_at('logits.' ~ model.outcome ~ '_keys', model.terms | length - place) %},
        case when {{ key }} >= 2000 then {{ key }} end as {{ model.outcome }}_key_{{ place + 1 }},
        case when {{ key }} >= 2000 then cast(999 - {{ key }} % 1000 as int) end
            as {{ model.outcome }}_strongest_{{ place + 1 }}
        {%- endfor %}
        {%- endfor %}
    from logits

),

reasons as (

    select
        strongest.*
        {%- for model in models %}
        {%- for place in range(1, [model.terms | length, 3] | min + 1) %}
        {%- for column in coterie.score_reason_parts(
            model, 'strongest.' ~ model.outcome ~ '_strongest_' ~ place, 'strongest', model.outcome ~ '_reason_' ~ place
        ) %},
        {{ column }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
    from strongest

),

score_values as (

    select
        reasons.customer_id,
        reasons.as_of_date,
        reasons.is_current
        {%- for outcome in coterie.score_outcomes() | map(attribute='outcome') %}
        {%- set found = models | selectattr('outcome', 'equalto', outcome) | list %}
        {%- if found %}
        {%- set model = found[0] %},
        '{{ model.model_version }}' as {{ outcome }}_model_version,
        reasons.{{ outcome }}_logit,
        {{ coterie.logistic('reasons.' ~ outcome ~ '_logit') }} as {{ outcome }}_probability_uncalibrated,
        {{ coterie.logistic(
            coterie.double_literal(model.offset) ~ ' + ' ~ coterie.double_literal(model.slope) ~ ' * reasons.' ~ outcome ~ '_logit'
        ) }} as {{ outcome }}_probability
        {%- for place in range(3) %},
        {%- if place < model.terms | length %}
        {{ coterie.score_reason_words(
            'reasons.' ~ outcome ~ '_key_' ~ (place + 1), 'reasons.' ~ outcome ~ '_reason_' ~ (place + 1),
            coterie.score_reason_sides(model), subjects[outcome]
        ) }} as {{ outcome }}_reason_{{ place + 1 }}
        {%- else %}
        cast(null as {{ dbt.type_string() }}) as {{ outcome }}_reason_{{ place + 1 }}
        {%- endif %}
        {%- endfor %}
        {%- else %},
        cast(null as {{ dbt.type_string() }}) as {{ outcome }}_model_version,
        cast(null as double) as {{ outcome }}_logit,
        cast(null as double) as {{ outcome }}_probability_uncalibrated,
        cast(null as double) as {{ outcome }}_probability,
        cast(null as {{ dbt.type_string() }}) as {{ outcome }}_reason_1,
        cast(null as {{ dbt.type_string() }}) as {{ outcome }}_reason_2,
        cast(null as {{ dbt.type_string() }}) as {{ outcome }}_reason_3
        {%- endif %}
        {%- endfor %}
    from reasons

)

select * from score_values
