{{
    config(
        materialized='incremental',
        full_refresh=false,
        incremental_strategy=coterie.replace_strategy(),
        unique_key='model_version',
        on_schema_change='append_new_columns'
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
