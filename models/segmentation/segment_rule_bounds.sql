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

bounds as (

    select
        model_version,
        leaf,
        segment_id,
        position,
        above,
        at_most,
        customers,
        customers_right
    from segment_fits
    where part = 'rule'

)

select * from bounds
