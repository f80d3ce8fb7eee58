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

score_terms as (

    select
        outcome,
        algorithm,
        kind,
        term,
        feature,
        bin,
        lower_edge,
        upper_edge,
        feature_2,
        bin_2,
        lower_edge_2,
        upper_edge_2,
        contribution,
        row_count,
        model_version
    from score_fits
    where part = 'term'

)

select * from score_terms
