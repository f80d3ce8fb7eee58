{{ config(pre_hook="{{ coterie.forget_candidate() }}", **coterie.replaced_by('publication_id')) }}

with

score_drift_figures as (

    select * from {{ ref('coterie', 'score_drift_figures') }}

),

stored as (

    select
        score_drift_figures.outcome,
        score_drift_figures.model_version,
        score_drift_figures.evaluation_date,
        score_drift_figures.as_of_date,
        score_drift_figures.customers_then,
        score_drift_figures.customers,
        score_drift_figures.mean_probability_then,
        score_drift_figures.mean_probability,
        score_drift_figures.psi,
        score_drift_figures.psi_limit,
        score_drift_figures.has_drifted,
        {{ coterie.candidate_columns() }}
    from score_drift_figures
    {{ coterie.join_candidate() }}

)

select * from stored
