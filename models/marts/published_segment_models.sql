{{ config(alias='segment_models') }}

with segment_models_store as (

    select * from {{ coterie.published('segment_models_store') }}

),

segment_models as (

    select
        cast(model_version as string) as model_version,
        cast(decision_number as bigint) as decision_number,
        cast(trained_at as timestamp) as trained_at,
        cast(as_of_date as date) as as_of_date,
        cast(algorithm as string) as algorithm,
        cast(encoder as string) as encoder,
        cast(segment_count as int) as segment_count,
        cast(sample_size as bigint) as sample_size,
        cast(status as string) as status,
        cast(jaccard_min as double) as jaccard_min,
        cast(ari_resamples as double) as ari_resamples,
        cast(smallest_share as double) as smallest_share,
        cast(surrogate_fidelity as double) as surrogate_fidelity,
        cast(agreement as double) as agreement,
        cast(silhouette as double) as silhouette,
        cast(silhouette_gap as double) as silhouette_gap,
        cast(verdict as string) as verdict,
        cast(decision as string) as decision
    from segment_models_store

)

select * from segment_models
