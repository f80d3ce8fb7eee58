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

axes as (

    select
        model_version,
        unit as axis,
        vector as weights,
        bias,
        variance_share
    from segment_fits
    where part = 'axis'

)

select * from axes
