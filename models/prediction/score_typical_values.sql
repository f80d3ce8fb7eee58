{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

score_fits as (

    select * from {{ ref('coterie', 'score_fits') }}

),

typical_values as (

    select
        outcome,
        feature,
        contribution as typical_value,
        model_version
    from score_fits
    where part = 'typical'

)

select * from typical_values
