with published_model as (

    select publications.model_version
    from {{ ref('coterie', 'publications') }} as publications
    where publications.publication_id in (
        select max(latest.publication_id)
        from {{ ref('coterie', 'publications') }} as latest
    )

),

segment_tree as (

    select * from {{ ref('coterie', 'segment_tree') }}

),

segment_dendrogram as (

    select
        cast(segment_tree.node as integer) as node,
        cast(segment_tree.segment_id as string) as segment_id,
        cast(segment_tree.left_node as integer) as left_node,
        cast(segment_tree.right_node as integer) as right_node,
        cast(segment_tree.height as double) as height,
        cast(segment_tree.macro_segment_id as string) as macro_segment_id,
        cast(segment_tree.size as bigint) as sample_size,
        cast(segment_tree.model_version as string) as model_version
    from segment_tree
    inner join published_model
        on segment_tree.model_version = published_model.model_version

)

select * from segment_dendrogram
