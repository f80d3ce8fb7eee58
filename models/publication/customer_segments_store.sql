{{ config(**coterie.replaced_by('publication_id')) }}

with segment_assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

segment_descriptions as (

    select * from {{ ref('coterie', 'segment_descriptions') }}

),

segment_reasons as (

    select * from {{ ref('coterie', 'segment_reasons') }}

),

customer_map_positions as (

    select * from {{ ref('coterie', 'customer_map_positions') }}

),

stored as (

    select
        segment_assignments.customer_id,
        segment_assignments.as_of_date,
        segment_assignments.segment_id,
        segment_descriptions.segment_name,
        segment_descriptions.parent_segment_id as macro_segment_id,
        macro_descriptions.segment_name as macro_segment_name,
        segment_assignments.micro_segment_id,
        micro_descriptions.segment_name as micro_segment_name,
        segment_assignments.distance,
        segment_assignments.confidence,
        segment_assignments.second_segment_id,
        segment_reasons.reason_1,
        segment_reasons.reason_2,
        segment_reasons.reason_3,
        segment_assignments.model_version,
        customer_map_positions.pca_1,
        customer_map_positions.pca_2,
        customer_map_positions.pca_3,
        segment_assignments.unassigned_reason,
        {{ coterie.candidate_columns() }}
    from segment_assignments
    left join segment_descriptions
        on segment_assignments.segment_id = segment_descriptions.segment_id
    left join segment_descriptions as macro_descriptions
        on segment_descriptions.parent_segment_id = macro_descriptions.segment_id
    left join segment_descriptions as micro_descriptions
        on segment_assignments.micro_segment_id = micro_descriptions.segment_id
    left join segment_reasons
        on segment_assignments.customer_id = segment_reasons.customer_id
    left join customer_map_positions
        on segment_assignments.customer_id = customer_map_positions.customer_id
    {{ coterie.join_candidate() }}

)

select * from stored
