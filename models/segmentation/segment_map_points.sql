{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

segment_map_fits as (

    select * from {{ ref('coterie', 'segment_map_fits') }}

),

points as (

    select
        customer_id,
        model_version,
        as_of_date,
        tsne_x,
        tsne_y,
        tsne3_x,
        tsne3_y,
        tsne3_z
    from segment_map_fits

)

select * from points
