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
        k,
        inertia,
        silhouette,
        davies_bouldin,
        calinski_harabasz,
        jaccard_mean,
        jaccard_min,
        resamples,
        smallest_share,
        is_chosen,
        reason
    from segment_fits
    where part = 'trial'

)

select * from trials
