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
        micro_segment_id,
        vector,
        customers as size
    from segment_fits
    where part = 'micro'

)

select * from prototypes
