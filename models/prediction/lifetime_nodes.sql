{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

lifetime_fits as (

    select * from {{ ref('coterie', 'lifetime_fits') }}

),

lifetime_nodes as (

    select
        model_version,
        purpose,
        repeat_purchases,
        probabilities,
        weights
    from lifetime_fits
    where part = 'nodes'

)

select * from lifetime_nodes
