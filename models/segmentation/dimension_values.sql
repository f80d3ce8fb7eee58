{%- set habit_share = var('dimension_habit_share') -%}
{%- set high_from = (1 - var('dimension_high_value_share')) | round(6) -%}
{%- set low_to = var('dimension_low_value_share') -%}
{%- set figures = coterie.dimension_figures() -%}
with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

golden_records as (

    select * from {{ ref('coterie', 'golden_records') }}

),

places as (

    select * from {{ ref('coterie', 'stg_places') }}

),

lifecycle_stages as (

    select * from {{ ref('coterie', 'lifecycle_stages') }}

),

identities as (

    select * from {{ ref('coterie', 'customer_identities') }}

),

interests as (

    select * from {{ ref('coterie', 'stg_interests') }}

),

revenues as (

    select
        customer_id,
        orders_365d,
        {{ coterie.finite_number('revenue_365d') }} as revenue
    from customer_features

),

-- Revenues that split the buyers of 365 days into high, middle and low value.
value_limits as (

    select
        percentile_disc({{ high_from }}) within group (order by revenue) as high_revenue,
        percentile_disc({{ low_to }}) within group (order by revenue) as low_revenue
    from revenues
    where orders_365d > 0

),

-- Two contacts of a customer may name the same interest: the last statement holds.
interests_as_of as (

    select
        customer_features.customer_id,
        interests.interest,
        interests.strength,
        row_number() over (
            partition by customer_features.customer_id, interests.interest
            order by interests.observed_at desc, interests.record_key desc
        ) as recency_rank
    from interests
    inner join identities
        on
            interests.source_system = identities.source_system
            and interests.contact_key = identities.contact_key
    inner join customer_features
        on
            identities.customer_id = customer_features.customer_id
            and cast(interests.observed_at as date) <= customer_features.as_of_date

),

ranked_interests as (

    select
        customer_id,
        interest,
        row_number() over (partition by customer_id order by strength desc, interest asc) as strength_rank
    from interests_as_of
    where
        recency_rank = 1
        and strength > 0

),

-- A value without a date of knowledge belongs to a customer without any date, who exists at the current date only.
known_dates as (

    select
        customer_features.customer_id,
        coalesce(golden_records.country_known_on, customer_features.as_of_date)
        <= customer_features.as_of_date as is_country_known,
        coalesce(golden_records.location_known_on, customer_features.as_of_date)
        <= customer_features.as_of_date as is_location_known
    from customer_features
    inner join golden_records
        on customer_features.customer_id = golden_records.customer_id

),

-- What was known of the person and the place by as_of_date.
known_records as (

    select
        customer_features.customer_id,
        golden_records.gender,
        golden_records.education,
        case when known_dates.is_country_known then golden_records.country end as country,
        case when known_dates.is_location_known then golden_records.region end as region,
        case when known_dates.is_location_known then golden_records.postal_code end as area_code
    from customer_features
    inner join golden_records
        on customer_features.customer_id = golden_records.customer_id
    inner join known_dates
        on customer_features.customer_id = known_dates.customer_id

),

dimension_values as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,

        -- ---- demographic
        {{ coterie.age_band('customer_features.age_years') }} as age_band,
        -- The feature says whether the gender was known by as_of_date, the record what it is.
        case
            when customer_features.is_female is null then 'unknown'
            else coalesce(known_records.gender, 'unknown')
        end as gender,
        case customer_features.has_partner when 1 then 'yes' when 0 then 'no' else 'unknown' end as has_partner,
        case
            when customer_features.education_level is null then 'unknown'
            else coalesce(known_records.education, 'unknown')
        end as education,

        -- ---- behavioural
        coalesce(lifecycle_stages.lifecycle_stage, 'unknown') as lifecycle_stage,
        case
            when customer_features.days_since_last_order is null then 'never'
            when customer_features.days_since_last_order <= {{ var('rules_recent_days') }} then 'recent'
            when customer_features.days_since_last_order <= {{ var('rules_lapsed_days') }} then 'earlier'
            else 'long ago'
        end as recency_class,
        case
            when coalesce(customer_features.orders_365d, 0) <= 0 then 'none'
            when customer_features.orders_365d >= {{ var('dimension_frequent_orders') }} then 'frequent'
            when customer_features.orders_365d >= {{ var('rules_regular_orders') }} then 'regular'
            else 'occasional'
        end as frequency_class,
        case
            when coalesce(customer_features.orders_365d, 0) <= 0 then 'none'
            when revenues.revenue >= value_limits.high_revenue then 'high'
            when revenues.revenue >= value_limits.low_revenue then 'middle'
            else 'low'
        end as value_class,
        {{ coterie.leading_name(figures.channels, habit_share, 'mixed') }} as favourite_channel,
        {{ coterie.leading_name(figures.categories, habit_share, 'mixed') }} as favourite_category,
        {{ coterie.has_habit('share_orders_month_end_365d') }} as buys_at_month_end,
        {{ coterie.has_habit('share_orders_weekend_365d') }} as buys_at_weekend,
        {{ coterie.has_habit('share_orders_evening_365d') }} as buys_in_evening,

        -- ---- psychographic
        {{ coterie.leading_name(figures.scales, none, 'none') }} as strongest_attitude,
        coalesce(ranked_interests.interest, 'unknown') as top_interest,

        -- ---- geographic
        coalesce(known_records.country, 'unknown') as country,
        coalesce(known_records.region, places.region, 'unknown') as region,
        case
            when customer_features.area_population is null then 'unknown'
            when customer_features.area_population >= {{ var('city_population') }} then 'urban'
            when customer_features.area_population >= {{ var('town_population') }} then 'suburban'
            else 'rural'
        end as area_type,

        -- ---- contextual
        {{ coterie.leading_name(figures.devices, habit_share, 'mixed') }} as device,
        case
            when customer_features.share_events_app_365d is null then 'unknown'
            when customer_features.share_events_app_365d >= {{ habit_share }} then 'app'
            when 1 - customer_features.share_events_app_365d >= {{ habit_share }} then 'browser'
            else 'mixed'
        end as platform,
        {{ coterie.leading_name(figures.contents, none, 'none') }} as content
    from customer_features
    cross join value_limits
    left join revenues
        on customer_features.customer_id = revenues.customer_id
    left join known_records
        on customer_features.customer_id = known_records.customer_id
    left join places
        on
            known_records.country = places.country
            and known_records.area_code = places.postal_code
    left join lifecycle_stages
        on customer_features.customer_id = lifecycle_stages.customer_id
    left join ranked_interests
        on
            customer_features.customer_id = ranked_interests.customer_id
            and ranked_interests.strength_rank = 1

)

select * from dimension_values
