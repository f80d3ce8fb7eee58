{{ config(materialized='view') }}

with

decisions as (

    select * from {{ coterie.standing_score_decisions(ref('coterie', 'score_model_log')) }} as standing_decisions

),

published_models as (

    select distinct
        outcome,
        model_version
    from {{ coterie.published_score_models() }} as published
    where publication_id <= {{ coterie.last_publication_id() }} and status in ('accepted', 'retired')

),

-- A version can be decided about more than once (trained again on the same input): its last decision counts.
ranked as (

    select
        decisions.*,
        published_models.model_version is not null or decisions.build_id = {{ coterie.build_id() }} as is_standing,
        row_number() over (
            partition by decisions.outcome, decisions.model_version order by decisions.decision_number desc
        ) as version_rank
    from decisions
    left join published_models
        on
            decisions.outcome = published_models.outcome
            and decisions.model_version = published_models.model_version

),

score_models as (

    select
        outcome,
        model_version,
        decision_number,
        trained_at,
        as_of_date,
        evaluation_date,
        last_training_date,
        horizon_days,
        algorithm,
        terms,
        pairs,
        training_rows,
        positive_customers,
        negative_customers,
        label_share,
        evaluation_rows,
        case
            when is_in_force then 'accepted'
            when decision = 'rejected' then 'rejected'
            -- A build that was refused has trained for nothing so far.
            when not is_standing then 'candidate'
            else 'retired'
        end as status,
        decision_reason as decision,
        features_hash,
        features,
        settings
    from ranked
    where version_rank = 1

)

select * from score_models
