{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

segment_fits as (

    select * from {{ ref('coterie', 'segment_fits') }}

),

trials as (

    select
        model_version,
        algorithm,
        encoder,
        k,
        rows_fitted,
        inertia,
        silhouette,
        silhouette_null,
        silhouette_gap,
        davies_bouldin,
        calinski_harabasz,
        dunn,
        gap,
        gap_error,
        jaccard_mean,
        jaccard_min,
        jaccard_2000_mean,
        jaccard_2000_min,
        resamples,
        ari_resamples,
        ari_seeds,
        ari_without_feature,
        most_sensitive_feature,
        ari_without_each,
        smallest_share,
        unassigned_share,
        surrogate_fidelity,
        agreement,
        is_elbow,
        is_examined,
        is_eligible,
        is_chosen,
        reason
    from segment_fits
    where part = 'trial'

)

select * from trials
