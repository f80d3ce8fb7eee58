with segments_store as (

    select * from {{ coterie.published('segments_store') }}

),

segments as (

    select
        cast(segment_id as string) as segment_id,
        cast(segment_name as string) as segment_name,
        cast(parent_segment_id as string) as parent_segment_id,
        cast(description as string) as description,
        cast(rule as string) as rule,
        cast(size as bigint) as size,
        cast(share as double) as share,
        cast(revenue_share as double) as revenue_share,
        cast(model_version as string) as model_version,
        cast(status as string) as status
    from segments_store

)

select * from segments
