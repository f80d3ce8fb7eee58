{{ config(materialized='view') }}

with

decisions as (

    select * from {{ coterie.lifetime_decisions(ref('coterie', 'lifetime_model_log')) }} as standing_decisions

),

-- A version can be decided about more than once (trained again on the same input): its last decision counts.
ranked as (

    select
        *,
        row_number() over (partition by model_version order by decision_number desc) as version_rank
    from decisions

),

lifetime_models as (

    select
        model_version,
        decision_number,
        trained_at,
        as_of_date,
        sample_size,
        case
            when is_in_force then 'accepted'
            when decision = 'accepted' then 'retired'
            else 'rejected'
        end as status,
        holdout_days,
        holdout_purchases,
        holdout_predicted,
        model_error,
        rule_error,
        decision_reason as decision
    from ranked
    where version_rank = 1

)

select * from lifetime_models
