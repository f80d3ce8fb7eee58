{#- Whether this build trains, one row per outcome. Reads what earlier builds decided, so it stands before everything it
    decides about. -#}
{%- set features = coterie.prediction_features() -%}
{%- set names = features | map(attribute='name') | join(',') -%}
{%- set categories = features | selectattr('categories', 'defined') | selectattr('categories') -%}
{%- set category_names = categories | map(attribute='name') | join(',') -%}
with

decisions as (

    select *
    from {{ coterie.previous('score_model_log', {
        'decision_number': 'bigint',
        'outcome': dbt.type_string(),
        'model_version': dbt.type_string(),
        'decision': dbt.type_string(),
        'features_hash': dbt.type_string(),
        'as_of_date': 'date',
        'build_id': dbt.type_string()
    }) }} as previous_log

),

standing_decisions as (

    select * from {{ coterie.standing_score_decisions('decisions') }} as standing_decisions

),

score_labels as (

    select * from {{ ref('coterie', 'score_labels') }}

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}

),

history as (

    select
        as_of_dates.as_of_date,
        max(customer_features.days_since_first_order) as history_days
    from as_of_dates
    left join {{ ref('coterie', 'customer_features') }} as customer_features
        on
            as_of_dates.as_of_date = customer_features.as_of_date
            and customer_features.is_current
    where as_of_dates.is_current
    group by as_of_dates.as_of_date

),

outcomes as (
    {% for outcome in coterie.score_outcomes() %}
    select
        '{{ outcome.outcome }}' as outcome,
        {{ outcome.horizon }} as horizon_days,
        '{{ coterie.prediction_hash(outcome) }}' as features_hash
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

labels as (
    {% for outcome in coterie.score_outcomes() %}
    select
        '{{ outcome.outcome }}' as outcome,
        customer_id,
        as_of_date,
        {{ outcome.label }} as label
    from score_labels
    where {{ outcome.label }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- The latest day whose outcomes are known is for evaluation; training takes the days whose outcomes were known by then.
evaluation_days as (

    select
        outcome,
        max(as_of_date) as evaluation_date
    from labels
    group by outcome

),

placed_labels as (

    select
        labels.outcome,
        labels.customer_id,
        labels.as_of_date,
        labels.label,
        evaluation_days.evaluation_date,
        {{ coterie.is_evaluation_row('labels.as_of_date', 'evaluation_days.evaluation_date', 'labels.customer_id') }}
            as is_evaluation,
        {{ coterie.is_training_row(
            'labels.as_of_date', 'evaluation_days.evaluation_date', 'labels.customer_id', 'outcomes.horizon_days'
        ) }} as is_training
    from labels
    inner join evaluation_days
        on labels.outcome = evaluation_days.outcome
    inner join outcomes
        on labels.outcome = outcomes.outcome

),

counts as (

    select
        outcome,
        max(evaluation_date) as evaluation_date,
        max(case when is_training then as_of_date end) as last_training_date,
        count(distinct case when is_training then as_of_date end) as training_dates,
        count(case when is_training then 1 end) as training_rows,
        count(case when is_evaluation then 1 end) as evaluation_rows,
        count(distinct case when is_training and label = 1 then customer_id end) as positive_customers,
        count(distinct case when is_training and label = 0 then customer_id end) as negative_customers,
        count(case when is_evaluation and label = 1 then 1 end) as evaluation_positives,
        cast(count(case when is_training and label = 1 then 1 end) as double)
        / nullif(count(case when is_training then 1 end), 0) as label_share
    from placed_labels
    group by outcome

),

last_numbers as (

    select coalesce(max(decision_number), 0) as decision_number from decisions

),

in_force as (

    select
        outcome,
        max(case when is_in_force then decision_number end) as decision_number
    from standing_decisions
    group by outcome

),

-- A challenger that was rejected would be rejected again on nearly the same data, unless the features have changed.
rejections as (

    select
        decisions.outcome,
        max(decisions.as_of_date) as rejected_on
    from decisions
    inner join outcomes
        on
            decisions.outcome = outcomes.outcome
            and decisions.features_hash = outcomes.features_hash
    left join in_force
        on decisions.outcome = in_force.outcome
    where
        decisions.decision = 'rejected'
        and decisions.decision_number > coalesce(in_force.decision_number, 0)
    group by decisions.outcome

),

circumstances as (

    select
        outcomes.outcome,
        outcomes.horizon_days,
        outcomes.features_hash,
        history.as_of_date,
        coalesce(history.history_days, 0) as history_days,
        counts.evaluation_date,
        counts.last_training_date,
        coalesce(counts.training_dates, 0) as training_dates,
        coalesce(counts.training_rows, 0) as training_rows,
        coalesce(counts.evaluation_rows, 0) as evaluation_rows,
        coalesce(counts.evaluation_positives, 0) as evaluation_positives,
        coalesce(counts.positive_customers, 0) as positive_customers,
        coalesce(counts.negative_customers, 0) as negative_customers,
        counts.label_share,
        last_numbers.decision_number + 1 as decision_number,
        accepted.model_version as accepted_model_version,
        accepted.features_hash as accepted_features_hash,
        rejections.rejected_on,
        {{ dbt.datediff('accepted.as_of_date', 'history.as_of_date', 'day') }} as model_age, -- noqa: LT05
        coalesce(
            {{ dbt.datediff('rejections.rejected_on', 'history.as_of_date', 'day') }} -- noqa: LT05
            < {{ var('score_retry_days') }},
            false
        ) as is_waiting
    from outcomes
    cross join history
    cross join last_numbers
    left join counts
        on outcomes.outcome = counts.outcome
    left join in_force
        on outcomes.outcome = in_force.outcome
    left join decisions as accepted
        on
            in_force.outcome = accepted.outcome
            and in_force.decision_number = accepted.decision_number
    left join rejections
        on outcomes.outcome = rejections.outcome

),

judged as (

    select
        *,
        case
            when {{ features | length }} = 0 then 'No feature says `prediction: true`.'
            when
                '{{ var("score_split") }}' = 'time'
                and history_days < {{ var('score_history_horizons') }} * horizon_days
                then
                    'Orders go back ' || cast(history_days as {{ dbt.type_string() }}) || ' days; '
                    || cast({{ var('score_history_horizons') }} * horizon_days as {{ dbt.type_string() }})
                    || ' are needed (var score_history_horizons).'
            when training_dates = 0
                then
                    'No past month-end has outcomes that were known by a later one with known outcomes '
                    || '(var history_months).'
            when least(positive_customers, negative_customers) < {{ var('score_scorecard_positives_min') }}
                then
                    'Of the customers, ' || cast(positive_customers as {{ dbt.type_string() }})
                    || ' had the outcome and ' || cast(negative_customers as {{ dbt.type_string() }})
                    || ' did not; {{ var("score_scorecard_positives_min") }} of each are needed '
                    || '(var score_scorecard_positives_min).'
            when
                least(evaluation_positives, evaluation_rows - evaluation_positives)
                < {{ var('score_evaluation_positives_min') }}
                then
                    'On the day of the evaluation ' || cast(evaluation_positives as {{ dbt.type_string() }}) || ' of '
                    || cast(evaluation_rows as {{ dbt.type_string() }})
                    || ' customers had the outcome; {{ var("score_evaluation_positives_min") }} with and without are '
                    || 'needed (var score_evaluation_positives_min).'
            when
                label_share < {{ var('score_label_share_min') }} or label_share > {{ var('score_label_share_max') }}
                then
                    'The outcome has a share of ' || {{ coterie.percent_words('label_share') }}
                    || '; it must lie between {{ (100 * var("score_label_share_min")) | round(1) }} and '
                    || '{{ (100 * var("score_label_share_max")) | round(1) }} % (vars score_label_share_min and _max).'
        end as refusal
    from circumstances

),

reasons as (

    select
        *,
        case
            when refusal is not null then null
            when {{ var('retrain') | as_bool }} then 'Training was asked for (var retrain).'
            when is_waiting then null
            when accepted_model_version is null then 'There is no accepted model yet.'
            when accepted_features_hash <> features_hash
                then 'The features or the meaning of the outcome differ from those of the accepted model.'
            when model_age > {{ var('score_age_max_days') }}
                then 'The data of the accepted model are ' || cast(model_age as {{ dbt.type_string() }}) || ' days old.'
        end as due_reason
    from judged

),

plan as (

    select
        outcome,
        horizon_days,
        as_of_date,
        evaluation_date,
        last_training_date,
        training_dates,
        training_rows,
        positive_customers,
        negative_customers,
        label_share,
        evaluation_rows,
        evaluation_positives,
        history_days,
        refusal is null as is_enough,
        due_reason is not null as is_due,
        case
            when refusal is not null
                then
                    'Too little to learn from. ' || refusal || case
                        when accepted_model_version is null then ' The rule of thumb stands in.'
                        else ' The accepted model is kept.'
                    end
            when due_reason is not null then due_reason
            when is_waiting
                then
                    'A challenger was rejected on the data of ' || cast(rejected_on as {{ dbt.type_string() }})
                    || ' (var score_retry_days).' || case
                        when accepted_model_version is null then ' The rule of thumb stands in.'
                        else ' The accepted model is kept.'
                    end
            else 'The accepted model is kept: nothing asks for training.'
        end as reason,
        decision_number,
        accepted_model_version,
        features_hash,
        '{{ names }}' as features,
        '{{ category_names }}' as category_features,
        '{{ tojson(coterie.score_settings(), sort_keys=true) }}' as settings
    from reasons

)

select * from plan
