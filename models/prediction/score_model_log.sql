{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('decision_number')
    )
}}
-- Written after every parameter table: a build that stops half-way leaves no decision, and training is due again.
-- depends_on: {{ ref('coterie', 'score_terms') }}
-- depends_on: {{ ref('coterie', 'score_typical_values') }}
-- depends_on: {{ ref('coterie', 'score_trials') }}
-- depends_on: {{ ref('coterie', 'score_search') }}
with

plan as (

    select * from {{ ref('coterie', 'score_training_plan') }}
    where is_due

),

rounds as (

    select * from {{ ref('coterie', 'score_fits') }}
    where part = 'outcome'

),

decisions as (

    select
        plan.outcome,
        rounds.model_version,
        {{ coterie.build_started_at() }} as trained_at,
        plan.as_of_date,
        plan.evaluation_date,
        plan.last_training_date,
        plan.horizon_days,
        rounds.algorithm,
        rounds.terms,
        rounds.pairs,
        plan.training_rows,
        plan.positive_customers,
        plan.negative_customers,
        plan.label_share,
        plan.evaluation_rows,
        case when rounds.is_chosen then 'accepted' else 'rejected' end as decision,
        plan.reason || ' ' || rounds.reason
        {%- if var('score_split') == 'customers' %}
        || ' Judged on a fifth of the customers, not on a later day (var score_split).'
        {%- endif %}
        || case
            when rounds.is_chosen then ' Accepted.'
            when plan.accepted_model_version is not null then ' The accepted model is kept.'
            else ' The rule of thumb stands in.'
        end as decision_reason,
        plan.features_hash,
        plan.features,
        plan.settings,
        {{ coterie.last_publication_id() }} + 1 as publication_id,
        {{ coterie.build_id() }} as build_id,
        plan.decision_number
    from plan
    inner join rounds
        on plan.outcome = rounds.outcome

)

select * from decisions
