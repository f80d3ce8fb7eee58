{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

-- Changes only, so that every publication can be kept: who has another segment than the publications before say.

with segment_assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

last_state as (

    {{ coterie.segment_state(
        coterie.previous('customer_segment_history_store', {
            'publication_id': 'bigint', 'customer_id': dbt.type_string(), 'segment_id': dbt.type_string()
        }),
        'select published.publication_id from ' ~ coterie.published_models() ~ ' as published'
    ) }}

),

changes as (

    select
        coalesce(segment_assignments.customer_id, last_state.customer_id) as customer_id,
        segment_assignments.segment_id,
        segment_assignments.model_version
    from segment_assignments
    full outer join last_state
        on segment_assignments.customer_id = last_state.customer_id
    where coalesce(segment_assignments.segment_id, '') <> coalesce(last_state.segment_id, '')

),

stored as (

    select
        changes.customer_id,
        changes.segment_id,
        changes.model_version,
        {{ coterie.candidate_columns() }}
    from changes
    {{ coterie.join_candidate() }}

)

select * from stored
