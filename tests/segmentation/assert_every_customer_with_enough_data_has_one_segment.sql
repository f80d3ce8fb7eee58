-- Protects segment_assignments: a parameter table without rows, or a radius, would leave customers out silently.
-- Every current customer stands in it once, with a segment if and only if there is enough data. An algorithm of density
-- leaves whom it finds nowhere near others without a segment; nobody else may be left out, nor without a reason.
with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

compared as (

    select
        coalesce(customer_features.customer_id, assignments.customer_id) as customer_id,
        count(customer_features.customer_id) as customers,
        count(assignments.customer_id) as assignments,
        count(assignments.segment_id) as segments,
        count(assignments.unassigned_reason) as reasons,
        count(case when {{ coterie.has_enough_data('customer_features') }} then 1 end) as expected_segments,
        count(case when assignments.algorithm in ('dbscan', 'hdbscan') then 1 end) as may_be_unassigned
    from customer_features
    full outer join assignments
        on customer_features.customer_id = assignments.customer_id
    group by 1

)

select * from compared
where
    customers <> 1
    or assignments <> 1
    or segments + reasons <> 1
    or segments > expected_segments
    or segments < expected_segments - may_be_unassigned
