with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}
    where segment_id is not null

),

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

profile_figures as (

    select * from {{ ref('coterie', 'segment_profile_figures') }}

),

segment_phrases as (

    select * from {{ ref('coterie', 'segment_phrases') }}

),

feature_labels as (
    {% for feature in coterie.feature_columns() %}
    select
        '{{ feature.name }}' as feature,
        {{ coterie.text_literal(feature.label) }} as label,
        {{ 'true' if feature.segmentation else 'false' }} as is_used
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sizes as (

    select
        assignments.segment_id,
        count(*) as size,
        sum({{ coterie.to_decimal('customer_features.revenue_365d', 38, 9) }}) as revenue
    from assignments
    inner join customer_features
        on assignments.customer_id = customer_features.customer_id
    group by assignments.segment_id

),

shares as (

    select
        segment_id,
        size,
        cast(size as double) / sum(size) over () as share,
        cast(revenue as double) / nullif(cast(sum(revenue) over () as double), 0) as revenue_share
    from sizes

),

-- What sets a segment apart: features it was found by, known for enough of its customers, far from the mean of all, in
-- words. A feature without a phrase of its own is named by its label.
traits as (

    select
        profile_figures.segment_id,
        profile_figures.feature,
        profile_figures.position,
        profile_figures.z,
        feature_labels.label || ' '
        || cast(cast(round(profile_figures.index_100) as bigint) as {{ dbt.type_string() }}) as figure,
        coalesce(
            segment_phrases.phrase,
            case when profile_figures.z > 0 then 'high ' else 'low ' end || feature_labels.label
        ) as phrase,
        coalesce(segment_phrases.topic, profile_figures.feature) as topic
    from profile_figures
    inner join shares
        on profile_figures.segment_id = shares.segment_id
    inner join feature_labels
        on
            profile_figures.feature = feature_labels.feature
            and feature_labels.is_used
    left join segment_phrases
        on
            profile_figures.feature = segment_phrases.feature
            and segment_phrases.direction = case when profile_figures.z > 0 then 'high' else 'low' end
    where
        abs(profile_figures.z) >= {{ var('segment_trait_z_min') }}
        -- z is of the transformed scale, the index printed beside the words of the plain one: they must point one way.
        and profile_figures.z * (profile_figures.index_100 - 100) > 0
        and profile_figures.known_customers >= {{ var('segment_trait_known_min') }} * shares.size
        -- An empty phrase: known, and not worth a word.
        and (segment_phrases.feature is null or segment_phrases.phrase is not null)

),

-- Features of one topic say the same thing twice: the strongest speaks for it.
topic_traits as (

    select
        *,
        row_number() over (partition by segment_id, topic order by abs(z) desc, position) as topic_rank
    from traits

),

ranked_traits as (

    select
        *,
        row_number() over (partition by segment_id order by abs(z) desc, position) as trait_rank
    from topic_traits
    where topic_rank = 1

),

segment_traits as (

    select
        segment_id,
        max(case when trait_rank = 1 then phrase end) as phrase_1,
        max(case when trait_rank = 2 then phrase end) as phrase_2,
        max(case when trait_rank = 3 then phrase end) as phrase_3,
        max(case when trait_rank = 1 then figure end) as figure_1,
        max(case when trait_rank = 2 then figure end) as figure_2,
        max(case when trait_rank = 3 then figure end) as figure_3
    from ranked_traits
    group by segment_id

),

names as (

    select
        shares.*,
        segment_traits.figure_1,
        segment_traits.figure_2,
        segment_traits.figure_3,
        coalesce(segment_traits.phrase_1, 'average customers')
        || coalesce(', ' || segment_traits.phrase_2, '') as two_traits,
        coalesce(segment_traits.phrase_1, 'average customers')
        || coalesce(', ' || segment_traits.phrase_2, '')
        || coalesce(', ' || segment_traits.phrase_3, '') as three_traits
    from shares
    left join segment_traits
        on shares.segment_id = segment_traits.segment_id

),

-- Two traits make a name; a third where two segments would share it; the identifier if even that is not enough.
name_uses as (

    select
        *,
        count(*) over (partition by two_traits) as two_traits_uses,
        count(*) over (partition by three_traits) as three_traits_uses
    from names

),

named as (

    select
        *,
        case
            when two_traits_uses = 1 then two_traits
            when three_traits_uses = 1 then three_traits
            else three_traits || ' (' || segment_id || ')'
        end as trait_name
    from name_uses

),

rules as (
    {% for rule in coterie.segment_rules() %}
    select
        '{{ rule.segment_id }}' as segment_id,
        '{{ rule.name }}' as segment_name,
        '{{ rule.description }}' as description
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

descriptions as (

    select
        named.segment_id,
        coalesce(
            rules.segment_name,
            {{ coterie.upper_text('substr(named.trait_name, 1, 1)') }} || substr(named.trait_name, 2)
        ) as segment_name,
        coalesce('Segment by rules: ' || rules.description || '. ', '')
        || cast(named.size as {{ dbt.type_string() }}) || ' customers, '
        || {{ coterie.percent_words('named.share') }} || ' of those with a segment'
        || coalesce(
            ', with ' || {{ coterie.percent_words('named.revenue_share') }} || ' of the revenue of 365 days', ''
        )
        || '.'
        || coalesce(
            ' Against 100 for the average customer: ' || named.figure_1
            || coalesce(', ' || named.figure_2, '')
            || coalesce(', ' || named.figure_3, '') || '.',
            ''
        ) as description,
        rules.description as rule,
        named.size,
        named.share,
        named.revenue_share,
        accepted_model.model_version,
        accepted_model.algorithm,
        cast(null as {{ dbt.type_string() }}) as parent_segment_id,
        'active' as status
    from named
    cross join accepted_model
    left join rules
        on named.segment_id = rules.segment_id

)

select * from descriptions
