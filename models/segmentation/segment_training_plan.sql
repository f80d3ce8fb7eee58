{#- Whether this build trains. Reads what earlier builds decided, so it stands before everything it decides about. -#}
{%- set features_hash = coterie.features_hash() -%}
{%- set settings = coterie.segmentation_settings() -%}
with

decisions as (

    select *
    from {{ coterie.previous('segment_model_log', {
        'decision_number': 'bigint',
        'model_version': dbt.type_string(),
        'algorithm': dbt.type_string(),
        'decision': dbt.type_string(),
        'features_hash': dbt.type_string(),
        'as_of_date': 'date',
        'build_id': dbt.type_string()
    }) }} as previous_log

),

-- What this very build has decided and not published is decided anew: a whole run that repeats a killed one under its
-- build_id goes the same way again, with the same model in force.
earlier_decisions as (

    select * from decisions
    where
        coalesce(build_id, '') <> {{ coterie.build_id() }}
        or build_id in (
            select published.build_id
            from {{ coterie.published_models() }} as published
        )

),

standing_decisions as (

    select * from {{ coterie.standing_decisions('earlier_decisions') }} as standing_decisions

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}

),

-- What the checks of the publication would say of the features: see publication_checks.
drift as (

    select
        count(case when has_drifted_since_training then 1 end) as drifted_since_training,
        count(case when has_drifted_since_last then 1 end) as drifted_since_last,
        count(case when has_collapsed then 1 end) as collapsed,
        {{ coterie.ordered_text(
            "case
                when has_drifted_since_training or has_collapsed
                    then feature || ' (PSI ' || " ~ coterie.decimal_text(coterie.to_decimal('training_psi', 18, 2))
                    ~ " || ', limit ' || " ~ coterie.decimal_text(coterie.to_decimal('training_limit', 18, 2)) ~ " || ')'
            end",
            'feature', ', '
        ) }} as features
    from {{ ref('coterie', 'segment_feature_drift') }}

),

last_decision as (

    -- Numbers go on after a refused build too: no row is written over.
    select
        (select coalesce(max(earlier_decisions.decision_number), 0) from earlier_decisions) as decision_number,
        max(case when is_in_force then decision_number end) as accepted_decision_number
    from standing_decisions

),

-- A challenger that was rejected would be rejected again on nearly the same data. One of a refused build says nothing:
-- its data may have been what was wrong.
rejections as (

    select max(standing_decisions.as_of_date) as rejected_on
    from standing_decisions
    cross join last_decision
    where
        standing_decisions.decision = 'rejected'
        and standing_decisions.decision_number > last_decision.accepted_decision_number

),

circumstances as (

    select
        as_of_dates.as_of_date,
        last_decision.decision_number,
        accepted.model_version,
        accepted.algorithm,
        accepted.features_hash,
        drift.features as drifted_features,
        rejections.rejected_on,
        {{ dbt.datediff('accepted.as_of_date', 'as_of_dates.as_of_date', 'day') }} as model_age, -- noqa: LT05
        coalesce(
            {{ dbt.datediff('rejections.rejected_on', 'as_of_dates.as_of_date', 'day') }} -- noqa: LT05
            < {{ var('segment_retry_days') }},
            false
        ) as is_waiting,
        drift.drifted_since_training >= {{ var('drift_features_max') }} or drift.collapsed > 0 as has_drifted,
        (drift.drifted_since_last >= {{ var('drift_features_max') }} or drift.collapsed > 0)
        and not {{ coterie.is_drift_accepted('as_of_dates.as_of_date') }} as is_doubtful
    from as_of_dates
    cross join last_decision
    cross join rejections
    cross join drift
    left join earlier_decisions as accepted
        on last_decision.accepted_decision_number = accepted.decision_number
    where as_of_dates.is_current

),

reasons as (

    select
        as_of_date,
        decision_number + 1 as decision_number,
        model_version as accepted_model_version,
        algorithm as accepted_algorithm,
        coalesce(features_hash = '{{ features_hash }}', false) as is_accepted_usable,
        case
            when model_version is null then 'There is no accepted model yet.'
            when features_hash <> '{{ features_hash }}'
                then 'The features or their treatment differ from those of the accepted model.'
            when {{ var('retrain') | as_bool }} then 'Training was asked for (var retrain).'
            -- Nothing is learnt from features that the checks are about to refuse.
            when is_waiting or is_doubtful then null
            when has_drifted
                then 'Features have drifted from the data of the accepted model: ' || drifted_features || '.'
            when model_age > {{ var('segment_age_max_days') }}
                then 'The data of the accepted model are ' || cast(model_age as {{ dbt.type_string() }}) || ' days old.'
        end as due_reason,
        case
            when is_waiting and has_drifted and not is_doubtful
                then
                    'The accepted model is kept: features have drifted: ' || drifted_features
                    || ', but a challenger was rejected on the data of '
                    || cast(rejected_on as {{ dbt.type_string() }}) || ' (var segment_retry_days).'
            when is_doubtful
                then
                    'The accepted model is kept: features have changed too much to be learnt from unless var '
                    || 'drift_accepted_on says that the change is real.'
            else 'The accepted model is kept: nothing asks for training.'
        end as kept_reason
    from circumstances

),

-- Every value that goes into a fit, so that the version says exactly what was learnt from. Read only when due.
sample_rows as (

    select
        sample.customer_id,
        md5({{ coterie.sample_row_text('sample') }}) as row_hash
    from {{ coterie.segmentation_sample() }} as sample
    inner join reasons
        on
            sample.as_of_date = reasons.as_of_date
            and reasons.due_reason is not null

),

sample as (

    select
        count(*) as sample_size,
        md5(coalesce({{ coterie.ordered_text('row_hash', 'customer_id') }}, '')) as sample_hash
    from sample_rows

),

plan as (

    select
        reasons.due_reason is not null as is_due,
        coalesce(reasons.due_reason, reasons.kept_reason) as reason,
        reasons.as_of_date,
        reasons.decision_number,
        reasons.is_accepted_usable,
        reasons.accepted_model_version,
        reasons.accepted_algorithm,
        '{{ features_hash }}' as features_hash,
        '{{ coterie.segmentation_features() | map(attribute="name") | join(",") }}' as features,
        '{{ coterie.segmentation_features() | map(attribute="impute") | join(",") }}' as imputations,
        '{{ tojson(settings, sort_keys=true) }}' as settings,
        case when reasons.due_reason is not null then sample.sample_size end as sample_size,
        case
            when reasons.due_reason is not null then substr(md5(
                '{{ features_hash }}|{{ tojson(settings, sort_keys=true) }}|{{ var("segment_order_feature") }}|'
                || cast(reasons.as_of_date as {{ dbt.type_string() }}) || '|' || sample.sample_hash
                || '|' || {{ coterie.incumbent_text('reasons') }}
            ), 1, 16)
        end as model_version
    from reasons
    cross join sample

)

select * from plan
