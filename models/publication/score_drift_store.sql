{{ config(pre_hook="{{ coterie.forget_candidate() }}", **coterie.replaced_by('publication_id')) }}

with

figures as (

    select * from {{ ref('coterie', 'score_drift_figures') }}

),

stored as (

    select
        figures.*,
        {{ coterie.candidate_columns() }}
    from figures
    {{ coterie.join_candidate() }}

)

select * from stored
