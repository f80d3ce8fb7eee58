{{ config(**coterie.replaced_by('publication_id')) }}

with segment_assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

incumbent_assignments as (

    select * from {{ ref('coterie', 'incumbent_assignments') }}

),

new_models as (

    select model_version from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

last_models as (

    select published.model_version
    from {{ coterie.published_models() }} as published
    where published.publication_id = {{ coterie.last_publication_id() }}

),

comparable as (

    select count(*) as customers
    from incumbent_assignments
    inner join last_models
        on incumbent_assignments.model_version = last_models.model_version
    where incumbent_assignments.basis in ('model', 'rules')

),

-- How moves can be told apart: by asking the model before about today, where it is another one and can be asked.
model_change as (

    select
        case
            when max(last_models.model_version) = max(new_models.model_version) then 'none'
            when max(last_models.model_version) is null then 'none'
            when max(comparable.customers) > 0 then 'told apart'
            else 'unknown'
        end as kind
    from new_models
    cross join comparable
    left join last_models
        on true

),

last_segments as (

    select
        stored_segments.customer_id,
        stored_segments.segment_id
    from {{ coterie.previous_segments() }} as stored_segments
    where stored_segments.publication_id = {{ coterie.last_publication_id() }}

),

side_by_side as (

    select
        coalesce(last_segments.segment_id, 'none') as segment_before,
        coalesce(segment_assignments.segment_id, 'none') as segment_now,
        coalesce(incumbent_assignments.segment_id, 'none') as segment_by_incumbent
    from segment_assignments
    full outer join last_segments
        on segment_assignments.customer_id = last_segments.customer_id
    left join incumbent_assignments
        on segment_assignments.customer_id = incumbent_assignments.customer_id

),

moves as (

    select
        side_by_side.segment_before as from_segment_id,
        case
            when model_change.kind = 'told apart' then side_by_side.segment_by_incumbent
            else side_by_side.segment_now
        end as to_segment_id,
        case when model_change.kind = 'unknown' then 'both' else 'behaviour' end as moved_by
    from side_by_side
    cross join model_change
    union all
    select
        side_by_side.segment_by_incumbent as from_segment_id,
        side_by_side.segment_now as to_segment_id,
        'model' as moved_by
    from side_by_side
    inner join model_change
        on model_change.kind = 'told apart'

),

counts as (

    select
        from_segment_id,
        to_segment_id,
        moved_by,
        count(*) as customers
    from moves
    where from_segment_id <> 'none' or to_segment_id <> 'none'
    group by from_segment_id, to_segment_id, moved_by

),

shares as (

    select
        *,
        cast(customers as double) / sum(customers) over (partition by moved_by, from_segment_id) as share
    from counts

),

stored as (

    select
        shares.from_segment_id,
        shares.to_segment_id,
        shares.moved_by,
        shares.customers,
        shares.share,
        new_models.model_version,
        {{ coterie.candidate_columns() }}
    from shares
    cross join new_models
    {{ coterie.join_candidate() }}

)

select * from stored
