-- A warning: no check of the publication judges what a new model moves, for after a real change it moves many. But who
-- has saved audiences by segment should know.
{{ config(severity='warn') }}

with

flows as (

    select
        from_segment_id,
        to_segment_id,
        customers
    from {{ ref('coterie', 'segment_flows_store') }}
    where
        moved_by = 'model'
        and from_segment_id <> 'none'
        and publication_id = (
            select max(newest.publication_id) from {{ ref('coterie', 'segment_flows_store') }} as newest
        )

),

counts as (

    select
        sum(customers) as customers,
        sum(case when to_segment_id <> from_segment_id then customers else 0 end) as moved_customers
    from flows

)

-- As many as may move by themselves in 30 days.
select
    customers,
    moved_customers
from counts
where moved_customers > (1 - {{ var('stayers_min') }}) * customers
