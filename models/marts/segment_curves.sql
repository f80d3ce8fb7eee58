with published_model as (

    select publications.model_version
    from {{ ref('coterie', 'publications') }} as publications
    where publications.publication_id in (
        select max(latest.publication_id)
        from {{ ref('coterie', 'publications') }} as latest
    )

),

segment_trials as (

    select * from {{ ref('coterie', 'segment_trials') }}

),

segment_curves as (

    select
        cast(segment_trials.algorithm as string) as algorithm,
        cast(segment_trials.encoder as string) as encoder,
        cast(segment_trials.k as integer) as k,
        cast(segment_trials.inertia as double) as inertia,
        cast(segment_trials.silhouette as double) as silhouette,
        cast(segment_trials.silhouette_null as double) as silhouette_null,
        cast(segment_trials.gap as double) as gap,
        cast(segment_trials.jaccard_min as double) as jaccard_min,
        cast(segment_trials.smallest_share as double) as smallest_share,
        cast(segment_trials.is_elbow as boolean) as is_elbow,
        cast(segment_trials.is_eligible as boolean) as is_eligible,
        cast(segment_trials.is_chosen as boolean) as is_chosen,
        cast(segment_trials.reason as string) as reason,
        cast(segment_trials.model_version as string) as model_version
    from segment_trials
    inner join published_model
        on segment_trials.model_version = published_model.model_version

)

select * from segment_curves
