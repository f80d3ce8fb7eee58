{{ config(**coterie.replaced_by('publication_id')) }}

with segment_words as (

    select * from {{ ref('coterie', 'segment_words') }}

),

segment_names as (

    select * from {{ ref('coterie', 'segment_names') }}

),

segment_sizes as (

    select * from {{ ref('coterie', 'segment_sizes') }}

),

stored as (

    select
        segment_words.segment_id,
        segment_words.language,
        segment_words.level,
        segment_names.segment_name,
        segment_words.description,
        segment_words.traits,
        segment_words.typical_value,
        segment_words.typical_channel,
        segment_words.typical_time,
        segment_words.typical_basket,
        segment_words.recommended_use,
        segment_sizes.model_version,
        {{ coterie.candidate_columns() }}
    from segment_words
    inner join segment_names
        on
            segment_words.segment_id = segment_names.segment_id
            and segment_words.language = segment_names.language
    inner join segment_sizes
        on segment_words.segment_id = segment_sizes.segment_id
    {{ coterie.join_candidate() }}

)

select * from stored
