{%- set points = var('engagement_points') -%}

with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

event_days as (
    {{ coterie.customer_days_as_of(
        ['events', 'visits', 'product_views', 'searches', 'cart_additions'],
        condition='customer_days.events > 0'
    ) }}
),

message_days as (
    {{ coterie.customer_days_as_of(
        ['messages_sent', 'messages_opened', 'messages_clicked', 'messages_unsubscribed', 'messages_bounced'],
        window_days=365,
        condition='customer_days.messages_sent > 0 or customer_days.messages_opened > 0 or customer_days.messages_clicked > 0 '
            ~ 'or customer_days.messages_unsubscribed > 0 or customer_days.messages_bounced > 0'
    ) }}
),

-- A day may stand in two rows: what was known at once, and what a stitch told later.
active_days as (
    select
        customer_id,
        as_of_date,
        age_days,
        sum(events) as events,
        sum(visits) as visits,
        sum(product_views) as product_views,
        sum(searches) as searches,
        sum(cart_additions) as cart_additions
    from event_days
    group by customer_id, as_of_date, age_days
),

visits as (
    select
        customer_id,
        as_of_date,
        min(age_days) as days_since_last_visit,
        {{ coterie.sum_within('visits', 30) }} as visits_30d,
        {{ coterie.sum_within('visits', 90) }} as visits_90d,
        {{ coterie.sum_within('visits', 365) }} as visits_365d,
        count(case when age_days < 30 then 1 end) as active_days_30d,
        count(case when age_days < 90 then 1 end) as active_days_90d,
        count(case when age_days < 365 then 1 end) as active_days_365d,
        count(*) as active_days_total,
        {{ coterie.sum_within('events', 90) }} as events_90d,
        {{ coterie.sum_within('product_views', 90) }} as product_views_90d,
        {{ coterie.sum_within('searches', 90) }} as searches_90d,
        {{ coterie.sum_within('cart_additions', 90) }} as cart_additions_90d,
        {{ coterie.sum_within('events', 365) }} as events_365d
    from active_days
    group by customer_id, as_of_date
),

reactions as (
    select
        customer_id,
        as_of_date,
        {{ coterie.sum_within('messages_sent', 90) }} as messages_90d,
        {{ coterie.sum_within('messages_opened', 90) }} as opens_90d,
        {{ coterie.sum_within('messages_clicked', 90) }} as clicks_90d,
        {{ coterie.sum_within('messages_sent') }} as messages_365d,
        {{ coterie.sum_within('messages_opened') }} as opens_365d,
        {{ coterie.sum_within('messages_clicked') }} as clicks_365d,
        {{ coterie.sum_within('messages_unsubscribed') }} as unsubscribes_365d,
        {{ coterie.sum_within('messages_bounced') }} as bounces_365d
    from message_days
    group by customer_id, as_of_date
),

features_engagement as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        visits.days_since_last_visit,
        {%- for column in [
            'visits_30d', 'visits_90d', 'visits_365d',
            'active_days_30d', 'active_days_90d', 'active_days_365d', 'active_days_total',
            'events_90d', 'product_views_90d', 'searches_90d', 'cart_additions_90d'
        ] %}
        coalesce(visits.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {{ coterie.divide('visits.events_365d', 'visits.visits_365d') }} as events_per_visit_365d,
        {%- for column in [
            'messages_90d', 'opens_90d', 'clicks_90d', 'messages_365d', 'opens_365d', 'clicks_365d',
            'unsubscribes_365d', 'bounces_365d'
        ] %}
        coalesce(reactions.{{ column }}, 0) as {{ column }},
        {%- endfor %}
        {{ coterie.divide('reactions.opens_365d', 'reactions.messages_365d') }} as open_rate_365d,
        {{ coterie.divide('reactions.clicks_365d', 'reactions.messages_365d') }} as click_rate_365d,
        {{ points.active_day }} * coalesce(visits.active_days_90d, 0)
        + {{ points.cart_addition }} * coalesce(visits.cart_additions_90d, 0)
        + {{ points.open }} * coalesce(reactions.opens_90d, 0)
        + {{ points.click }} * coalesce(reactions.clicks_90d, 0) as engagement_score_90d
    from customer_dates
    left join visits
        on
            customer_dates.customer_id = visits.customer_id
            and customer_dates.as_of_date = visits.as_of_date
    left join reactions
        on
            customer_dates.customer_id = reactions.customer_id
            and customer_dates.as_of_date = reactions.as_of_date
)

select * from features_engagement
