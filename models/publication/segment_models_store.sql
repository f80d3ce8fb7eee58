{{ config(**coterie.replaced_by('publication_id')) }}

with segment_models as (

    select * from {{ ref('coterie', 'segment_models') }}

),

chosen_trials as (

    select * from {{ ref('coterie', 'segment_trials') }}
    where is_chosen

),

stored as (

    select
        segment_models.model_version,
        segment_models.decision_number,
        segment_models.trained_at,
        segment_models.as_of_date,
        segment_models.algorithm,
        segment_models.encoder,
        segment_models.segment_count,
        segment_models.sample_size,
        segment_models.status,
        chosen_trials.jaccard_min,
        chosen_trials.ari_resamples,
        chosen_trials.smallest_share,
        chosen_trials.surrogate_fidelity,
        chosen_trials.agreement,
        chosen_trials.silhouette,
        chosen_trials.silhouette_gap,
        segment_models.verdict,
        segment_models.decision,
        {{ coterie.candidate_columns() }}
    from segment_models
    left join chosen_trials
        on segment_models.model_version = chosen_trials.model_version
    {{ coterie.join_candidate() }}

)

select * from stored
