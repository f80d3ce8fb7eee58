{{ config(alias='segment_trials') }}

-- The rows of a version never change: those of published versions need no store.
with segment_models_store as (

    select * from {{ coterie.published('segment_models_store') }}

),

segment_trials as (

    select
        cast(trials.model_version as string) as model_version,
        cast(trials.algorithm as string) as algorithm,
        cast(trials.encoder as string) as encoder,
        cast(trials.k as int) as k,
        cast(trials.rows_fitted as bigint) as rows_fitted,
        cast(trials.inertia as double) as inertia,
        cast(trials.silhouette as double) as silhouette,
        cast(trials.silhouette_null as double) as silhouette_null,
        cast(trials.silhouette_gap as double) as silhouette_gap,
        cast(trials.davies_bouldin as double) as davies_bouldin,
        cast(trials.calinski_harabasz as double) as calinski_harabasz,
        cast(trials.dunn as double) as dunn,
        cast(trials.gap as double) as gap,
        cast(trials.gap_error as double) as gap_error,
        cast(trials.jaccard_mean as double) as jaccard_mean,
        cast(trials.jaccard_min as double) as jaccard_min,
        cast(trials.jaccard_2000_mean as double) as jaccard_2000_mean,
        cast(trials.jaccard_2000_min as double) as jaccard_2000_min,
        cast(trials.resamples as int) as resamples,
        cast(trials.ari_resamples as double) as ari_resamples,
        cast(trials.ari_seeds as double) as ari_seeds,
        cast(trials.ari_without_feature as double) as ari_without_feature,
        cast(trials.most_sensitive_feature as string) as most_sensitive_feature,
        cast(trials.ari_without_each as string) as ari_without_each,
        cast(trials.smallest_share as double) as smallest_share,
        cast(trials.unassigned_share as double) as unassigned_share,
        cast(trials.surrogate_fidelity as double) as surrogate_fidelity,
        cast(trials.agreement as double) as agreement,
        cast(trials.is_elbow as boolean) as is_elbow,
        cast(trials.is_examined as boolean) as is_examined,
        cast(trials.is_eligible as boolean) as is_eligible,
        cast(trials.is_chosen as boolean) as is_chosen,
        cast(trials.reason as string) as reason
    from {{ ref('coterie', 'segment_trials') }} as trials
    inner join segment_models_store
        on trials.model_version = segment_models_store.model_version

)

select * from segment_trials
