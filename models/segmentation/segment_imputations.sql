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

imputations as (

    select
        model_version,
        method,
        unit as number,
        vector as weights,
        known,
        bias,
        lowest,
        highest
    from segment_fits
    where part = 'imputation'

)

select * from imputations
