-- Protects: who moved and who stayed add up to what is published. The last step of the moves (by behaviour, or by the
-- model where it was told apart) ends in the segments as they are.
with

last_publication as (

    select max(publication_id) as publication_id
    from {{ ref('coterie', 'publications') }}

),

flows as (

    select
        segment_flows.to_segment_id,
        segment_flows.customers,
        segment_flows.moved_by,
        count(case when segment_flows.moved_by = 'model' then 1 end) over () as moves_by_the_model
    from {{ ref('coterie', 'segment_flows') }} as segment_flows
    inner join last_publication
        on segment_flows.publication_id = last_publication.publication_id

),

arrivals as (

    select
        to_segment_id,
        sum(customers) as customers
    from flows
    where
        (moved_by = 'model' or moves_by_the_model = 0)
        and to_segment_id <> 'none'
    group by to_segment_id

),

segments as (

    select * from {{ ref('coterie', 'segments') }}
    where level = 'segment'

)

select
    segments.segment_id,
    arrivals.to_segment_id,
    segments.size,
    arrivals.customers
from segments
full outer join arrivals
    on segments.segment_id = arrivals.to_segment_id
where coalesce(segments.size, 0) <> coalesce(arrivals.customers, 0)
