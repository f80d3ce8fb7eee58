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

score_search as (

    select
        outcome,
        term as trial,
        algorithm as configuration,
        log_loss,
        is_chosen,
        reason,
        model_version
    from score_fits
    where part = 'search'

)

select * from score_search
