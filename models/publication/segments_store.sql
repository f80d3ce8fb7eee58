{{ config(**coterie.replaced_by('publication_id')) }}

with segment_descriptions as (

    select * from {{ ref('coterie', 'segment_descriptions') }}

),

stored as (

    select
        segment_descriptions.segment_id,
        segment_descriptions.level,
        segment_descriptions.segment_name,
        segment_descriptions.name_note,
        segment_descriptions.parent_segment_id,
        segment_descriptions.description,
        segment_descriptions.rule,
        segment_descriptions.rule_sql,
        segment_descriptions.rule_precision,
        segment_descriptions.rule_recall,
        segment_descriptions.rule_fidelity,
        segment_descriptions.size,
        segment_descriptions.share,
        segment_descriptions.revenue_share,
        segment_descriptions.model_version,
        segment_descriptions.status,
        {{ coterie.candidate_columns() }}
    from segment_descriptions
    {{ coterie.join_candidate() }}

)

select * from stored
