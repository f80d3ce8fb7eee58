{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('decision_number')
    )
}}
-- Written after every parameter table: a build that stops half-way leaves no decision, and training is due again.
-- depends_on: {{ ref('coterie', 'feature_scaling') }}
-- depends_on: {{ ref('coterie', 'encoder_layers') }}
-- depends_on: {{ ref('coterie', 'segment_prototypes') }}
-- depends_on: {{ ref('coterie', 'segment_micro_prototypes') }}
-- depends_on: {{ ref('coterie', 'segment_trials') }}
-- depends_on: {{ ref('coterie', 'segment_lineage_log') }}
-- depends_on: {{ ref('coterie', 'segment_tree') }}
-- depends_on: {{ ref('coterie', 'segment_rule_bounds') }}
-- depends_on: {{ ref('coterie', 'segment_map_axes') }}
-- depends_on: {{ ref('coterie', 'segment_imputations') }}
-- depends_on: {{ ref('coterie', 'segment_training_bins') }}
with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

-- A sample that does not look like its customers in more than the feature it was stratified by is not to be learnt from
-- while there is something better.
sample_checks as (

    select
        model_version,
        max(case when is_stratified then feature end) as stratified_by,
        {{ coterie.ordered_text(
            'case when not is_representative and not is_stratified then feature end', 'feature', ', '
        ) }} as odd_features
    from {{ ref('coterie', 'segment_sample_checks') }}
    group by model_version

),

-- What the model was fitted to: stratification may have left some of the sample out.
sample_vectors as (

    select
        model_version,
        count(*) as customers
    from {{ ref('coterie', 'segment_sample_vectors') }}
    group by model_version

),

outcomes as (

    select * from {{ ref('coterie', 'segment_fits') }}
    where part = 'outcome'

),

decisions as (

    select
        plan.decision_number,
        plan.model_version,
        {{ coterie.build_started_at() }} as trained_at,
        plan.as_of_date,
        outcomes.algorithm,
        outcomes.encoder,
        outcomes.layer as encoder_layer_count,
        outcomes.verdict,
        case
            when outcomes.algorithm = 'rules' then {{ coterie.segment_rules() | length }}
            else outcomes.k
        end as segment_count,
        coalesce(sample_vectors.customers, 0) as sample_size,
        case
            when outcomes.algorithm = 'rules' and plan.accepted_algorithm <> 'rules' and plan.is_accepted_usable
                then 'rejected'
            when sample_checks.odd_features is not null and plan.is_accepted_usable then 'rejected'
            else 'accepted'
        end as decision,
        plan.features_hash,
        plan.settings,
        {{ coterie.last_publication_id() }} + 1 as publication_id,
        {{ coterie.build_id() }} as build_id,
        plan.reason as due_reason,
        outcomes.reason || coalesce(
            ' The sample was not like all customers in ' || sample_checks.stratified_by
            || ' and was stratified by it.',
            ''
        ) || coalesce(
            ' The sample is not like all customers in: ' || sample_checks.odd_features
            || ' (see var sample_customers).',
            ''
        ) as fit_reason
    from plan
    inner join outcomes
        on plan.model_version = outcomes.model_version
    left join sample_vectors
        on plan.model_version = sample_vectors.model_version
    left join sample_checks
        on plan.model_version = sample_checks.model_version
    where plan.is_due

),

explained as (

    select
        decision_number,
        model_version,
        trained_at,
        as_of_date,
        algorithm,
        encoder,
        encoder_layer_count,
        segment_count,
        verdict,
        sample_size,
        decision,
        features_hash,
        settings,
        due_reason || ' ' || fit_reason || case
            when decision = 'rejected' then ' The accepted model is kept.'
            else ' Accepted.'
        end as decision_reason,
        publication_id,
        build_id
    from decisions

)

select * from explained
