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
        'build_id': dbt.type_string()
    }) }} as previous_log

),

standing_decisions as (

    select * from {{ coterie.standing_decisions('decisions') }} as standing_decisions

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}

),

last_decision as (

    -- Numbers go on after a refused build too: no row is written over.
    select
        (select coalesce(max(decisions.decision_number), 0) from decisions) as decision_number,
        max(case when is_in_force then decision_number end) as accepted_decision_number
    from standing_decisions

),

reasons as (

    select
        as_of_dates.as_of_date,
        last_decision.decision_number + 1 as decision_number,
        accepted.model_version as accepted_model_version,
        accepted.algorithm as accepted_algorithm,
        coalesce(accepted.features_hash = '{{ features_hash }}', false) as is_accepted_usable,
        case
            when accepted.model_version is null then 'There is no accepted model yet.'
            when accepted.features_hash <> '{{ features_hash }}'
                then 'The features or their treatment differ from those of the accepted model.'
            when {{ var('retrain') | as_bool }} then 'Training was asked for (var retrain).'
        end as due_reason
    from as_of_dates
    cross join last_decision
    left join decisions as accepted
        on last_decision.accepted_decision_number = accepted.decision_number
    where as_of_dates.is_current

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
        coalesce(reasons.due_reason, 'The accepted model is kept: nothing asks for training.') as reason,
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
