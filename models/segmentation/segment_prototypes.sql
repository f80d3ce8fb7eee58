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

prototypes as (

    select
        model_version,
        segment_id,
        prototype,
        vector,
        radius
    from segment_fits
    where part = 'prototype'

)

select * from prototypes
