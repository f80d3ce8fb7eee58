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

prototypes as (

    select
        model_version,
        segment_id,
        prototype,
        vector,
        radius,
        precision_vector,
        score_offset
    from segment_fits
    where part = 'prototype'

)

select * from prototypes
