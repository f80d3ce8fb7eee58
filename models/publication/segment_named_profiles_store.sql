{{ config(**coterie.replaced_by('publication_id')) }}

-- The profile that a segment's name was given for. It stays while the name does, or a segment could drift away from its
-- name in steps that are each too small to be seen.

with segment_profile_figures as (

    select
        segment_id,
        feature,
        trait_z as z
    from {{ ref('coterie', 'segment_profile_figures') }}
    where trait_z is not null

),

kept_names as (

    select
        segment_id,
        count(case when is_kept then 1 end) as kept
    from {{ ref('coterie', 'segment_names') }}
    group by segment_id

),

last_profiles as (

    select
        named.segment_id,
        named.feature,
        named.z
    from {{ coterie.previous_named_profiles() }} as named
    where named.publication_id = {{ coterie.last_publication_id() }}

),

profiles as (

    select
        segment_profile_figures.segment_id,
        segment_profile_figures.feature,
        case
            when kept_names.kept > 0 then coalesce(last_profiles.z, segment_profile_figures.z)
            else segment_profile_figures.z
        end as z
    from segment_profile_figures
    inner join kept_names
        on segment_profile_figures.segment_id = kept_names.segment_id
    left join last_profiles
        on
            segment_profile_figures.segment_id = last_profiles.segment_id
            and segment_profile_figures.feature = last_profiles.feature

),

stored as (

    select
        profiles.segment_id,
        profiles.feature,
        profiles.z,
        {{ coterie.candidate_columns() }}
    from profiles
    {{ coterie.join_candidate() }}

)

select * from stored
