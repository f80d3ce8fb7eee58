with segment_flows_store as (

    select * from {{ ref('coterie', 'segment_flows_store') }}

),

publications as (

    select
        publication_id,
        as_of_date,
        lag(as_of_date) over (order by publication_id) as last_as_of_date
    from {{ ref('coterie', 'publications') }}

),

segment_flows as (

    select
        cast(publications.publication_id as bigint) as publication_id,
        cast(publications.last_as_of_date as date) as from_date,
        cast(publications.as_of_date as date) as to_date,
        cast(segment_flows_store.from_segment_id as string) as from_segment_id,
        cast(segment_flows_store.to_segment_id as string) as to_segment_id,
        cast(segment_flows_store.moved_by as string) as moved_by,
        cast(segment_flows_store.customers as bigint) as customers,
        cast(segment_flows_store.share as double) as share,
        cast(segment_flows_store.model_version as string) as model_version
    from segment_flows_store
    inner join publications
        on segment_flows_store.publication_id = publications.publication_id

)

select * from segment_flows
