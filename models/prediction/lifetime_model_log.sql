{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('decision_number')
    )
}}
-- Written after the parameter tables: a build that stops half-way leaves no decision, and training is due again.
-- depends_on: {{ ref('coterie', 'lifetime_parameters') }}
-- depends_on: {{ ref('coterie', 'lifetime_nodes') }}
with

plan as (

    select * from {{ ref('coterie', 'lifetime_training_plan') }}
    where is_due

),

outcomes as (

    select * from {{ ref('coterie', 'lifetime_fits') }}
    where part = 'outcome'

),

decisions as (

    select
        plan.decision_number,
        plan.model_version,
        {{ coterie.build_started_at() }} as trained_at,
        plan.as_of_date,
        plan.sample_size,
        case when outcomes.is_accepted then 'accepted' else 'rejected' end as decision,
        outcomes.holdout_days,
        outcomes.holdout_purchases,
        outcomes.holdout_predicted,
        outcomes.model_error,
        outcomes.rule_error,
        plan.settings,
        plan.reason || ' ' || outcomes.reason || case
            when outcomes.is_accepted then ' Accepted.'
            when plan.accepted_model_version is null then ' Rejected: there is no lifetime value.'
            else ' Rejected: the accepted model is kept.'
        end as decision_reason,
        {{ coterie.last_publication_id() }} + 1 as publication_id,
        {{ coterie.build_id() }} as build_id
    from plan
    inner join outcomes
        on plan.model_version = outcomes.model_version

)

select * from decisions
