{{ config(materialized='view') }}

with

decisions as (

    select * from {{ coterie.standing_decisions(ref('coterie', 'segment_model_log')) }} as standing_decisions

),

-- A version can be decided about more than once (trained again on the same input): its last decision counts.
ranked as (

    select
        *,
        row_number() over (partition by model_version order by decision_number desc) as version_rank
    from decisions

),

-- A build that was refused has trained for nothing so far: publishing the same input later would put its model in
-- force.
unpublished as (

    select
        segment_model_log.*,
        row_number() over (
            partition by segment_model_log.model_version order by segment_model_log.decision_number desc
        ) as version_rank
    from {{ ref('coterie', 'segment_model_log') }} as segment_model_log
    left join decisions
        on segment_model_log.model_version = decisions.model_version
    where decisions.model_version is null

),

segment_models as (

    select
        model_version,
        decision_number,
        trained_at,
        as_of_date,
        algorithm,
        encoder,
        encoder_layer_count,
        segment_count,
        verdict,
        sample_size,
        case
            when is_in_force then 'accepted'
            when decision = 'accepted' then 'retired'
            else 'rejected'
        end as status,
        features_hash,
        settings,
        decision_reason as decision
    from ranked
    where version_rank = 1

    union all

    select
        model_version,
        decision_number,
        trained_at,
        as_of_date,
        algorithm,
        encoder,
        encoder_layer_count,
        segment_count,
        verdict,
        sample_size,
        case when decision = 'accepted' then 'candidate' else 'rejected' end as status,
        features_hash,
        settings,
        decision_reason
        || case when decision = 'accepted' then ' Its publication was refused or taken back.' else '' end as decision
    from unpublished
    where version_rank = 1

)

select * from segment_models
