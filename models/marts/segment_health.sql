-- A log: every publication is shown, as far as its rows are kept.
with segment_health_store as (

    select store.*
    from {{ ref('coterie', 'segment_health_store') }} as store
    inner join {{ ref('coterie', 'publications') }} as publications
        on
            store.publication_id = publications.publication_id
            and store.build_id = publications.build_id

),

segment_health as (

    select
        cast(publication_id as bigint) as publication_id,
        cast(as_of_date as date) as as_of_date,
        cast(last_as_of_date as date) as last_as_of_date,
        cast(model_version as string) as model_version,
        cast(customers as bigint) as customers,
        cast(unassigned_share as double) as unassigned_share,
        cast(silhouette as double) as silhouette,
        cast(shares as string) as shares,
        cast(smallest_share as double) as smallest_share,
        cast(largest_share as double) as largest_share,
        cast(share_psi as double) as share_psi,
        cast(share_psi_limit as double) as share_psi_limit,
        cast(share_jumps as bigint) as share_jumps,
        cast(jumped_segments as string) as jumped_segments,
        cast(compared_customers as bigint) as compared_customers,
        cast(stayer_share as double) as stayer_share,
        cast(stayer_share_min as double) as stayer_share_min,
        cast(features_compared as bigint) as features_compared,
        cast(features_drifted as bigint) as features_drifted,
        cast(drifted_features as string) as drifted_features,
        cast(collapsed_features as bigint) as collapsed_features,
        cast(collapsed_feature_names as string) as collapsed_feature_names,
        cast(stopped_sources as string) as stopped_sources,
        cast(is_drift_accepted as boolean) as is_drift_accepted,
        cast(verdict as string) as verdict
    from segment_health_store

)

select * from segment_health
