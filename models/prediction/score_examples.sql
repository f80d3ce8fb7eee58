with

plan as (

    select * from {{ ref('coterie', 'score_training_plan') }}
    where is_due

),

score_labels as (

    select * from {{ ref('coterie', 'score_labels') }}

),

score_population as (

    select * from {{ ref('coterie', 'score_population') }}

),

labels as (
    {% for outcome in coterie.score_outcomes() %}
    select
        '{{ outcome.outcome }}' as outcome,
        score_labels.customer_id,
        score_labels.as_of_date,
        score_labels.{{ outcome.label }} as label,
        score_population.{{ outcome.rule }} as rule_probability,
        score_population.segment,
        score_population.region,
        score_population.age_band
    from score_labels
    inner join score_population
        on
            score_labels.customer_id = score_population.customer_id
            and score_labels.as_of_date = score_population.as_of_date
    where score_labels.{{ outcome.label }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

placed as (

    select
        labels.*,
        case
            when {{ coterie.is_evaluation_row('labels.as_of_date', 'plan.evaluation_date', 'labels.customer_id') }}
                then 'evaluation'
            else 'training'
        end as part,
        plan.training_rows,
        plan.evaluation_rows,
        plan.features_hash,
        plan.settings,
        {{ coterie.md5_bucket(
            "labels.customer_id || '|' || cast(labels.as_of_date as " ~ dbt.type_string() ~ ")"
        ) }} as bucket
    from labels
    inner join plan
        on labels.outcome = plan.outcome
    where
        {{ coterie.is_evaluation_row('labels.as_of_date', 'plan.evaluation_date', 'labels.customer_id') }}
        or {{ coterie.is_training_row(
            'labels.as_of_date', 'plan.evaluation_date', 'labels.customer_id', 'plan.horizon_days'
        ) }}

),

drawn as (

    select
        placed.*,
        {{ coterie.prediction_values('customer_features') }} as feature_values,
        {{ coterie.prediction_decimals('customer_features') | join(',\n        ') }}
    from placed
    inner join {{ ref('coterie', 'customer_features') }} as customer_features
        on
            placed.customer_id = customer_features.customer_id
            and placed.as_of_date = customer_features.as_of_date
    -- bucket / 2^32 < bound / rows, in integers
    where
        placed.bucket * case when placed.part = 'evaluation' then placed.evaluation_rows else placed.training_rows end
        < {{ var('score_rows') }} * 4294967296

),

hashed as (

    select
        drawn.outcome,
        drawn.features_hash,
        drawn.settings,
        drawn.customer_id,
        drawn.as_of_date,
        drawn.label,
        md5({{ coterie.prediction_row_text('drawn') }}) as row_hash
    from drawn

),

-- Every value that goes into a fit, so that the version says exactly what was learnt from.
versions as (

    select
        outcome,
        substr(md5(
            max(features_hash) || '|' || max(settings) || '|' || {{ coterie.ordered_text(
                "cast(as_of_date as " ~ dbt.type_string() ~ ") || cast(label as " ~ dbt.type_string() ~ ") || row_hash",
                "customer_id || '|' || cast(as_of_date as " ~ dbt.type_string() ~ ")"
            ) }}
        ), 1, 16) as model_version
    from hashed
    group by outcome

),

score_examples as (

    select
        -- Not a join: its two keys would have the wide rows come out two at a time. An aggregate, so that Spark makes
        -- one query of the two.
        case drawn.outcome
            {%- for outcome in coterie.score_outcomes() %}
            when '{{ outcome.outcome }}'
                then (
                    select max(case when versions.outcome = '{{ outcome.outcome }}' then versions.model_version end)
                    from versions
                )
            {%- endfor %}
        end as model_version,
        drawn.outcome,
        drawn.part,
        drawn.customer_id,
        drawn.as_of_date,
        drawn.label,
        drawn.rule_probability,
        drawn.segment,
        drawn.region,
        drawn.age_band,
        drawn.feature_values
    from drawn

)

select * from score_examples
