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

layers as (

    select
        model_version,
        layer,
        unit,
        vector as weights,
        bias,
        activation
    from segment_fits
    where part = 'encoder'

)

select * from layers
