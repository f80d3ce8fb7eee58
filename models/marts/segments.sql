with segments_store as (

    select * from {{ coterie.published('segments_store') }}

),

segments as (

    select
        cast(segment_id as string) as segment_id,
        -- Publications from before there were levels hold segments only.
        cast(coalesce(level, 'segment') as string) as level,
        cast(segment_name as string) as segment_name,
        cast(name_note as string) as name_note,
        cast(parent_segment_id as string) as parent_segment_id,
        cast(description as string) as description,
        cast(rule as string) as rule,
        cast(rule_sql as string) as rule_sql,
        cast(rule_precision as double) as rule_precision,
        cast(rule_recall as double) as rule_recall,
        cast(rule_fidelity as double) as rule_fidelity,
        cast(size as bigint) as size,
        cast(share as double) as share,
        cast(revenue_share as double) as revenue_share,
        cast(model_version as string) as model_version,
        cast(status as string) as status
    from segments_store

)

select * from segments
