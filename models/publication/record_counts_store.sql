{{ config(**coterie.replaced_by('publication_id')) }}

with record_counts as (

    select * from {{ ref('coterie', 'record_counts') }}

),

stored as (

    select
        record_counts.source_table,
        record_counts.is_present,
        record_counts.raw_rows,
        record_counts.accepted_rows,
        record_counts.rejected_rows,
        record_counts.duplicate_rows,
        {{ coterie.candidate_columns() }}
    from record_counts
    {{ coterie.join_candidate() }}

)

select * from stored
