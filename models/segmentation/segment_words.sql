{%- set languages = coterie.persona_languages() -%}
{%- set habits = coterie.habit_features() -%}
{%- set trend_factor = var('segment_trend_factor') -%}
{%- set english_revenue = coterie.text_literal(' of the revenue of 365 days') -%}
{%- set french_revenue = coterie.text_literal(" du chiffre d'affaires de 365 jours") -%}
with

segment_sizes as (

    select * from {{ ref('coterie', 'segment_sizes') }}

),

profile_figures as (

    select * from {{ ref('coterie', 'segment_profile_figures') }}

),

segment_phrases as (

    select * from {{ ref('coterie', 'segment_phrases') }}

),

persona_phrases as (

    select * from {{ ref('coterie', 'persona_phrases') }}

),

segment_uses as (

    select * from {{ ref('coterie', 'segment_uses') }}

),

languages as (
    {% for language in languages %}
    select '{{ language }}' as language
    {{ 'union all' if not loop.last }}
    {% endfor %}
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

-- What sets a segment apart: features it was found by, known for enough of its customers, far from the mean of all, in
-- words. A feature without a phrase of its own is named by its label.
traits as (

    select
        profile_figures.segment_id,
        languages.language,
        profile_figures.position,
        profile_figures.trait_z as z,
        feature_labels.label,
        cast(cast(round(profile_figures.trait_index_100) as bigint) as {{ dbt.type_string() }}) as index_text,
        coalesce(
            segment_phrases.phrase,
            case
                when languages.language = 'fr' and profile_figures.trait_z > 0
                    then '« ' || feature_labels.label || ' » au-dessus de la moyenne'
                when languages.language = 'fr' then '« ' || feature_labels.label || ' » au-dessous de la moyenne'
                when profile_figures.trait_z > 0 then 'high ' || feature_labels.label
                else 'low ' || feature_labels.label
            end
        ) as phrase,
        coalesce(segment_phrases.topic, profile_figures.feature) as topic
    from profile_figures
    cross join languages
    inner join segment_sizes
        on profile_figures.segment_id = segment_sizes.segment_id
    inner join feature_labels
        on
            profile_figures.feature = feature_labels.feature
            and feature_labels.is_used
    left join segment_phrases
        on
            profile_figures.feature = segment_phrases.feature
            and languages.language = segment_phrases.language
            and segment_phrases.direction = case when profile_figures.trait_z > 0 then 'high' else 'low' end
    where
        abs(profile_figures.trait_z) >= {{ var('segment_trait_z_min') }}
        -- z is of the transformed scale, the index printed beside the words of the plain one: they must point one way.
        and profile_figures.trait_z * (profile_figures.trait_index_100 - 100) > 0
        and profile_figures.known_customers >= {{ var('segment_trait_known_min') }} * segment_sizes.size
        -- An empty phrase: known, and not worth a word.
        and (segment_phrases.feature is null or segment_phrases.phrase is not null)

),

-- Features of one topic say the same thing twice: the strongest speaks for it.
topic_traits as (

    select
        *,
        row_number() over (partition by segment_id, language, topic order by abs(z) desc, position asc) as topic_rank
    from traits

),

ranked_traits as (

    select
        *,
        row_number() over (partition by segment_id, language order by abs(z) desc, position asc) as trait_rank
    from topic_traits
    where topic_rank = 1

),

segment_traits as (

    select
        segment_id,
        language,
        max(case when trait_rank = 1 then phrase end) as phrase_1,
        max(case when trait_rank = 2 then phrase end) as phrase_2,
        max(case when trait_rank = 3 then phrase end) as phrase_3,
        {{ coterie.ordered_text(
            "case when trait_rank <= 3 and language = 'en' then label || ' ' || index_text"
            ~ " when trait_rank <= 3 then phrase || ' ' || index_text end",
            'trait_rank', ', '
        ) }} as figures,
        {{ coterie.ordered_text(
            "case when trait_rank <= 5 then phrase || ' (' || index_text || ')' end", 'trait_rank', ', '
        ) }} as traits
    from ranked_traits
    group by segment_id, language

),

known_figures as (

    select
        profile_figures.*,
        segment_sizes.size,
        profile_figures.known_customers >= {{ var('segment_trait_known_min') }} * segment_sizes.size
            as is_known_of_enough
    from profile_figures
    inner join segment_sizes
        on profile_figures.segment_id = segment_sizes.segment_id

),

-- The figures that a persona speaks of; those of a basket are of the segment's orders and items.
figures as (

    select
        segment_id,
        max(size) as size,
        max(case when feature = 'revenue_365d' then mean end) as revenue,
        max(case when feature = 'revenue_365d' then index_100 end) as revenue_index,
        max(case when feature = 'days_since_last_order' then mean end) as days_since_last_order,
        max(case when feature = 'days_since_last_order' then known_customers end) as buyers,
        max(case when feature = 'orders_365d' then mean end) as orders_365d,
        max(case when feature = 'orders_90d' then mean end) as orders_90d,
        max(case when feature = 'items_per_order_365d' and is_known_of_enough then pooled end) as items,
        max(case when feature = 'average_item_price_365d' and is_known_of_enough then pooled end) as item_price
    from known_figures
    group by segment_id

),

classes as (

    select
        *,
        case
            when revenue_index >= {{ var('segment_value_high_index') }} then 'high'
            when revenue_index >= {{ var('segment_value_low_index') }} then 'middle'
            else 'low'
        end as value_level,
        -- The mean is of those who ever ordered: it speaks for the segment unless they are fewer than half of it.
        case
            when 2 * buyers < size and buyers > 0 then 'mostly never'
            when days_since_last_order <= {{ var('rules_recent_days') }} then 'recent'
            when days_since_last_order <= {{ var('rules_lapsed_days') }} then 'earlier'
            when days_since_last_order is not null then 'long ago'
            else 'never'
        end as recency_class,
        -- The last quarter at the pace of the year: 1 where nothing changes.
        case
            when orders_90d * 365 >= {{ trend_factor }} * orders_365d * 90 and orders_90d > 0 then 'rising'
            when orders_90d * 365 * {{ trend_factor }} <= orders_365d * 90 and orders_365d > 0 then 'falling'
            else 'steady'
        end as trend
    from figures

),

ranked_uses as (

    select
        classes.segment_id,
        segment_uses.language,
        segment_uses.recommended_use,
        row_number() over (
            partition by classes.segment_id, segment_uses.language
            order by segment_uses.priority
        ) as use_rank
    from classes
    inner join segment_uses
        on
            segment_uses.value_level in (classes.value_level, 'any')
            and segment_uses.recency_class in (classes.recency_class, 'any')
            and segment_uses.trend in (classes.trend, 'any')

),

-- What a habit can be: the channels and categories of the vars, which the seed need not know, and the seed's times.
habit_features as (
    {% for habit in habits %}
    select
        '{{ habit.kind }}' as kind,
        '{{ habit.feature }}' as feature,
        {{ coterie.text_literal(habit.en) }} as phrase_en,
        {{ coterie.text_literal(habit.fr) }} as phrase_fr

    union all
    {% endfor %}
    select distinct
        kind,
        feature,
        cast(null as {{ dbt.type_string() }}) as phrase_en,
        cast(null as {{ dbt.type_string() }}) as phrase_fr
    from persona_phrases
    where kind = 'time'

),

-- Channel and category with the largest part of the segment's orders and spend; the time of which there is most beyond
-- the average, both for a customer of the segment and for all their orders or visits together.
ranked_habits as (

    select
        known_figures.segment_id,
        habit_features.kind,
        habit_features.feature,
        habit_features.phrase_en,
        habit_features.phrase_fr,
        known_figures.pooled,
        row_number() over (
            partition by known_figures.segment_id, habit_features.kind
            order by
                case when habit_features.kind = 'time' then known_figures.z else known_figures.pooled end desc,
                known_figures.position asc
        ) as habit_rank
    from known_figures
    inner join habit_features
        on known_figures.feature = habit_features.feature
    where
        known_figures.is_known_of_enough
        and known_figures.pooled > 0
        and (
            habit_features.kind <> 'time'
            or (
                known_figures.z >= {{ var('segment_trait_z_min') }}
                and known_figures.pooled > known_figures.population_pooled
            )
        )

),

phrased_habits as (

    select
        ranked_habits.segment_id,
        ranked_habits.kind,
        languages.language,
        coalesce(
            persona_phrases.phrase,
            case
                when languages.language = 'fr' then ranked_habits.phrase_fr
                else ranked_habits.phrase_en
            end
        ) as phrase,
        {{ coterie.percent_text('ranked_habits.pooled', 'languages.language') }} as share_text
    from ranked_habits
    cross join languages
    left join persona_phrases
        on
            ranked_habits.kind = persona_phrases.kind
            and ranked_habits.feature = persona_phrases.feature
            and languages.language = persona_phrases.language
    where ranked_habits.habit_rank = 1

),

habits as (

    select
        segment_id,
        language,
        max(case when kind = 'channel' then share_text end) as channel_share,
        max(case when kind = 'channel' then phrase end) as channel,
        max(case when kind = 'time' then phrase end) as time_phrase,
        max(case when kind = 'category' then share_text end) as category_share,
        max(case when kind = 'category' then phrase end) as category
    from phrased_habits
    group by segment_id, language

),

names as (

    select
        segment_sizes.*,
        -- Micro-segments are named within their segment.
        case when segment_sizes.level = 'micro' then segment_sizes.parent_segment_id else '' end as named_within,
        languages.language,
        segment_traits.figures,
        segment_traits.traits,
        coalesce(
            segment_traits.phrase_1,
            case when languages.language = 'fr' then 'clients dans la moyenne' else 'average customers' end
        ) || coalesce(', ' || segment_traits.phrase_2, '') as two_traits,
        coalesce(
            segment_traits.phrase_1,
            case when languages.language = 'fr' then 'clients dans la moyenne' else 'average customers' end
        )
        || coalesce(', ' || segment_traits.phrase_2, '')
        || coalesce(', ' || segment_traits.phrase_3, '') as three_traits
    from segment_sizes
    cross join languages
    left join segment_traits
        on
            segment_sizes.segment_id = segment_traits.segment_id
            and languages.language = segment_traits.language

),

-- Two traits make a name; a third where two segments would share it; the identifier if even that is not enough.
name_uses as (

    select
        *,
        count(*) over (partition by language, level, named_within, two_traits) as two_traits_uses,
        count(*) over (partition by language, level, named_within, three_traits) as three_traits_uses
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
    {% for rule in coterie.segment_rules() + coterie.macro_rules() %}
    {%- set rule_loop = loop -%}
    {%- for language in languages %}
    select
        '{{ rule.segment_id }}' as segment_id,
        '{{ language }}' as language,
        {{ coterie.text_literal(rule['name_' ~ language]) }} as segment_name,
        {{ coterie.text_literal(rule['description_' ~ language]) }} as description
    {{ 'union all' if not (loop.last and rule_loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

sentences as (

    select
        named.*,
        rules.segment_name as rule_name,
        rules.description as rule_description,
        classes.revenue,
        classes.items,
        classes.item_price,
        cast(cast(round(classes.revenue_index) as bigint) as {{ dbt.type_string() }}) as revenue_index_text,
        habits.channel,
        habits.channel_share,
        habits.time_phrase,
        habits.category,
        habits.category_share,
        ranked_uses.recommended_use
    from named
    left join rules
        on
            named.algorithm = 'rules'
            and named.segment_id = rules.segment_id
            and named.language = rules.language
    left join classes
        on named.segment_id = classes.segment_id
    left join habits
        on
            named.segment_id = habits.segment_id
            and named.language = habits.language
    left join ranked_uses
        on
            named.segment_id = ranked_uses.segment_id
            and named.language = ranked_uses.language
            and ranked_uses.use_rank = 1

),

texts as (

    select
        *,
        coalesce('Regroupe ' || members || '. ', '')
        || case when level = 'micro' then 'Une partie de ' || parent_segment_id || '. ' else '' end
        || coalesce('Segment par règles : ' || rule_description || '. ', '')
        || cast(size as {{ dbt.type_string() }}) || case when size > 1 then ' clients, ' else ' client, ' end
        || {{ coterie.percent_text('share', 'language') }} || ' de ceux qui ont un segment'
        || coalesce(', avec ' || {{ coterie.percent_text('revenue_share', 'language') }} || {{ french_revenue }}, '')
        || '.' || coalesce(
            case
                when level = 'micro' then ' Pour un client moyen de ce segment à 100 : '
                else ' Pour un client moyen à 100 : '
            end
            || figures || '.', ''
        ) as description_fr,
        coalesce('Sums up ' || members || '. ', '')
        || case when level = 'micro' then 'A part of ' || parent_segment_id || '. ' else '' end
        || coalesce('Segment by rules: ' || rule_description || '. ', '')
        || cast(size as {{ dbt.type_string() }}) || case when size > 1 then ' customers, ' else ' customer, ' end
        || {{ coterie.percent_text('share', 'language') }} || ' of those with a segment'
        || coalesce(', with ' || {{ coterie.percent_text('revenue_share', 'language') }} || {{ english_revenue }}, '')
        || '.' || coalesce(
            case
                when level = 'micro' then ' Against 100 for the average customer of the segment: '
                else ' Against 100 for the average customer: '
            end
            || figures || '.', ''
        ) as description_en,
        {{ coterie.number_text('revenue', 0, 'language') }}
        || ' {{ var('reporting_currency') }} en 365 jours en moyenne'
        || coalesce(', indice ' || revenue_index_text || ' (client moyen : 100)', '') as value_fr,
        {{ coterie.number_text('revenue', 0, 'language') }} || ' {{ var('reporting_currency') }} in 365 days on average'
        || coalesce(', index ' || revenue_index_text || ' (average customer: 100)', '') as value_en,
        {{ coterie.number_text('items', 1, 'language') }} || ' articles par commande, '
        || {{ coterie.number_text('item_price', 0, 'language') }} || ' {{ var('reporting_currency') }} par article'
        || coalesce(', premier poste : ' || category || ' (' || category_share || ' des dépenses)', '') as basket_fr,
        {{ coterie.number_text('items', 1, 'language') }} || ' items per order, '
        || {{ coterie.number_text('item_price', 0, 'language') }} || ' {{ var('reporting_currency') }} per item'
        || coalesce(', largest part ' || category || ' (' || category_share || ' of the spend)', '') as basket_en
    from sentences

),

segment_words as (

    select
        segment_id,
        language,
        level,
        named_within,
        coalesce(
            rule_name,
            {{ coterie.upper_text('substr(trait_name, 1, 1)') }} || substr(trait_name, 2)
        ) as segment_name,
        case when language = 'fr' then description_fr else description_en end as description,
        traits is not null as has_trait,
        coalesce(
            traits,
            case when language = 'fr' then 'aucun trait marqué' else 'no trait stands out' end
        ) as traits,
        case
            when language = 'fr' then coalesce(value_fr, 'inconnue')
            else coalesce(value_en, 'unknown')
        end as typical_value,
        case
            when language = 'fr' then coalesce(channel_share || ' des commandes ' || channel, 'inconnu')
            else coalesce(channel_share || ' of the orders ' || channel, 'unknown')
        end as typical_channel,
        case
            when language = 'fr' then coalesce('plus que les autres ' || time_phrase, 'aucun moment particulier')
            else coalesce('more than others ' || time_phrase, 'no particular time')
        end as typical_time,
        case
            when language = 'fr' then coalesce(basket_fr, 'inconnu')
            else coalesce(basket_en, 'unknown')
        end as typical_basket,
        recommended_use,
        rule_description
    from texts

)

select * from segment_words
