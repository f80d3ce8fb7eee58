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

lineage as (

    select
        model_version,
        from_segment_id,
        to_segment_id,
        kind,
        customers_from,
        customers_to,
        overlap,
        share_of_from,
        share_of_to,
        jaccard,
        prototype_distance,
        basis
    from segment_fits
    where part = 'lineage'

)

select * from lineage
