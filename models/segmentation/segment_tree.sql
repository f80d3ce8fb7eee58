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

nodes as (

    select
        model_version,
        node,
        segment_id,
        left_node,
        right_node,
        height,
        macro,
        -- A macro-segment is named after the lowest of its segments: it keeps its name as long as it keeps them.
        case
            when macro is not null
                then 'm' || substr(min(segment_id) over (partition by model_version, macro), 2)
        end as macro_segment_id,
        customers as size,
        vector as centre
    from segment_fits
    where part = 'level'

)

select * from nodes
