with segments_store as (

    select * from {{ coterie.published('segments_store') }}

),

publications as (

    select * from {{ ref('coterie', 'publications') }}

),

segments as (

    select
        cast(segments_store.segment_id as string) as segment_id,
        -- Publications from before there were levels hold segments only.
        cast(coalesce(segments_store.level, 'segment') as string) as level,
        cast(segments_store.segment_name as string) as segment_name,
        cast(segments_store.name_note as string) as name_note,
        cast(segments_store.parent_segment_id as string) as parent_segment_id,
        cast(segments_store.description as string) as description,
        cast(segments_store.rule as string) as rule,
        cast(segments_store.rule_sql as string) as rule_sql,
        cast(segments_store.rule_precision as double) as rule_precision,
        cast(segments_store.rule_recall as double) as rule_recall,
        cast(segments_store.rule_fidelity as double) as rule_fidelity,
        cast(segments_store.size as bigint) as size,
        cast(segments_store.share as double) as share,
        cast(segments_store.revenue_share as double) as revenue_share,
        cast(segments_store.model_version as string) as model_version,
        cast(segments_store.status as string) as status,
        cast(publications.as_of_date as date) as as_of_date
    from segments_store
    inner join publications
        on segments_store.publication_id = publications.publication_id

)

select * from segments
