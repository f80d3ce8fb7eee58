{#- What a segment was called last, and the profile it was called so for: see segment_named_profiles_store. -#}
{%- set french_end = coterie.text_literal(" » jusqu'ici, mais le profil a changé.") -%}
{%- set french_end_faded = coterie.text_literal(" » jusqu'ici, mais plus aucun trait ne ressort.") -%}
with

segment_words as (

    select * from {{ ref('coterie', 'segment_words') }}

),

profiles as (

    select
        segment_id,
        feature,
        {{ coterie.to_decimal('trait_z', 18, 9) }} as z
    from {{ ref('coterie', 'segment_profile_figures') }}
    where trait_z is not null

),

last_profiles as (

    select
        named.segment_id,
        named.feature,
        {{ coterie.to_decimal('named.z', 18, 9) }} as z
    from {{ coterie.previous_named_profiles() }} as named
    where named.publication_id = {{ coterie.last_publication_id() }}

),

last_names as (

    select
        personas.segment_id,
        personas.language,
        personas.segment_name
    from {{ coterie.previous_names() }} as personas
    where
        personas.publication_id = {{ coterie.last_publication_id() }}
        and personas.level in ('segment', 'micro')

),

-- Tucker's congruence of two profiles: the cosine of the angle between them, 1 where all traits are in one proportion.
products as (

    select
        profiles.segment_id,
        sum(profiles.z * last_profiles.z) as product,
        sum(profiles.z * profiles.z) as square,
        sum(last_profiles.z * last_profiles.z) as last_square
    from profiles
    inner join last_profiles
        on
            profiles.segment_id = last_profiles.segment_id
            and profiles.feature = last_profiles.feature
    group by profiles.segment_id

),

congruences as (

    select
        segment_id,
        cast(product as double) / nullif(sqrt(cast(square as double) * cast(last_square as double)), 0) as congruence
    from products

),

proposals as (

    select
        segment_words.segment_id,
        segment_words.language,
        segment_words.level,
        segment_words.named_within,
        last_names.segment_name as last_name,
        segment_words.has_trait,
        congruences.congruence,
        -- The congruence knows no size: a profile that has faded points where it did and speaks of nobody any more.
        last_names.segment_name is not null
        and coalesce(
            congruences.congruence >= {{ var('segment_name_congruence_min') }} and segment_words.has_trait, false
        ) as is_kept,
        case
            when congruences.congruence >= {{ var('segment_name_congruence_min') }} and segment_words.has_trait
                then coalesce(last_names.segment_name, segment_words.segment_name)
            else segment_words.segment_name
        end as proposed_name
    from segment_words
    left join last_names
        on
            segment_words.segment_id = last_names.segment_id
            and segment_words.language = last_names.language
            and segment_words.level in ('segment', 'micro')
    left join congruences
        on
            segment_words.segment_id = congruences.segment_id
            and segment_words.level in ('segment', 'micro')

),

-- A new name that another segment keeps gets the identifier beside it.
names as (

    select
        *,
        case
            when is_kept or count(*) over (partition by language, level, named_within, proposed_name) = 1
                then proposed_name
            else proposed_name || ' (' || segment_id || ')'
        end as segment_name
    from proposals

),

segment_names as (

    select
        segment_id,
        language,
        level,
        named_within,
        segment_name,
        congruence,
        is_kept,
        case
            when last_name <> segment_name and language = 'fr' and has_trait
                then 'Renommé : « ' || last_name || {{ french_end }}
            when last_name <> segment_name and language = 'fr'
                then 'Renommé : « ' || last_name || {{ french_end_faded }}
            when last_name <> segment_name and not has_trait
                then 'Renamed: "' || last_name || '" until now, but no trait stands out any more.'
            when last_name <> segment_name
                then 'Renamed: "' || last_name || '" until now, but the profile has changed.'
        end as name_note
    from names

)

select * from segment_names
