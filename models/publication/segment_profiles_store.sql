{{ config(**coterie.replaced_by('publication_id')) }}

with segment_profile_figures as (

    select * from {{ ref('coterie', 'segment_profile_figures') }}

),

stored as (

    select
        segment_profile_figures.segment_id,
        segment_profile_figures.feature,
        segment_profile_figures.known_customers,
        segment_profile_figures.mean,
        segment_profile_figures.median,
        segment_profile_figures.population_mean,
        segment_profile_figures.index_100,
        segment_profile_figures.z,
        segment_profile_figures.model_version,
        {{ coterie.candidate_columns() }}
    from segment_profile_figures
    {{ coterie.join_candidate() }}

)

select * from stored
