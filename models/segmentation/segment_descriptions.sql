with

segment_sizes as (

    select * from {{ ref('coterie', 'segment_sizes') }}

),

segment_words as (

    select * from {{ ref('coterie', 'segment_words') }}
    where language = '{{ var("segment_language") }}'

),

segment_names as (

    select * from {{ ref('coterie', 'segment_names') }}
    where language = '{{ var("segment_language") }}'

),

segment_rule_texts as (

    select * from {{ ref('coterie', 'segment_rule_texts') }}

),

descriptions as (

    select
        segment_sizes.segment_id,
        segment_sizes.level,
        segment_names.segment_name,
        segment_names.name_note,
        segment_words.description,
        coalesce(segment_words.rule_description, segment_rule_texts.rule) as rule,
        segment_rule_texts.rule_sql,
        segment_rule_texts.rule_precision,
        segment_rule_texts.rule_recall,
        segment_rule_texts.rule_fidelity,
        segment_sizes.size,
        segment_sizes.share,
        segment_sizes.revenue_share,
        segment_sizes.model_version,
        segment_sizes.algorithm,
        segment_sizes.parent_segment_id,
        'active' as status
    from segment_sizes
    inner join segment_words
        on segment_sizes.segment_id = segment_words.segment_id
    inner join segment_names
        on segment_sizes.segment_id = segment_names.segment_id
    left join segment_rule_texts
        on
            segment_sizes.segment_id = segment_rule_texts.segment_id
            and segment_sizes.model_version = segment_rule_texts.model_version

)

select * from descriptions
