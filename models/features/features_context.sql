{%- set content_measures = [] -%}
{%- for content_type in var('content_types') -%}
    {%- do content_measures.append('events_content_' ~ content_type) -%}
{%- endfor -%}
{%- set channel_measures = [] -%}
{%- for channel in var('order_channels') -%}
    {%- do channel_measures.append('orders_channel_' ~ channel) -%}
{%- endfor %}

with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

purchase_days as (
    select * from {{ ref('coterie', 'purchase_days') }}
    where age_days < 365
),

golden_records as (
    select * from {{ ref('coterie', 'golden_records') }}
),

daily_weather as (
    select * from {{ ref('coterie', 'stg_daily_weather') }}
),

days as (
    {{ coterie.customer_days_as_of(
        [
            'orders', 'events', 'events_mobile', 'events_desktop', 'events_tablet', 'events_app', 'events_campaign'
        ] + content_measures + channel_measures,
        window_days=365,
        condition='customer_days.events > 0 or customer_days.orders <> 0'
    ) }}
),

context_sums as (
    select
        customer_id,
        as_of_date,
        sum(orders) as orders,
        sum(events) as events,
        sum(events_mobile) as events_mobile,
        sum(events_desktop) as events_desktop,
        sum(events_tablet) as events_tablet,
        sum(events_app) as events_app,
        sum(events_campaign) as events_campaign
        {%- for measure in content_measures + channel_measures %},
        sum({{ measure }}) as {{ measure }}
        {%- endfor %}
    from days
    group by customer_id, as_of_date
),

-- The weather where the customer lives, on days with an order; only where the place was known by then.
weather_sums as (
    select
        purchase_days.customer_id,
        purchase_days.as_of_date,
        count(daily_weather.temperature_c) as days_with_temperature,
        sum(daily_weather.temperature_c) as temperature_sum,
        count(daily_weather.precipitation_mm) as days_with_precipitation,
        count(case when daily_weather.precipitation_mm >= {{ var('rainy_day_mm') }} then 1 end) as rainy_days
    from purchase_days
    inner join golden_records
        on
            purchase_days.customer_id = golden_records.customer_id
            and coalesce(golden_records.location_known_on, purchase_days.as_of_date) <= purchase_days.as_of_date
            and coalesce(golden_records.country_known_on, purchase_days.as_of_date) <= purchase_days.as_of_date
    inner join daily_weather
        on
            golden_records.country = daily_weather.country
            and golden_records.postal_code = daily_weather.postal_code
            and purchase_days.activity_date = daily_weather.observed_on
    group by purchase_days.customer_id, purchase_days.as_of_date
),

features_context as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        {%- for device in ['mobile', 'desktop', 'tablet', 'app', 'campaign'] %}
        {{ coterie.divide('context_sums.events_' ~ device, 'context_sums.events') }} as share_events_{{ device }}_365d,
        {%- endfor %}
        {%- for content_type in var('content_types') %}
        {{ coterie.divide('context_sums.events_content_' ~ content_type, 'context_sums.events') }}
            as share_content_{{ content_type }}_365d,
        {%- endfor %}
        {%- for channel in var('order_channels') %}
        {{ coterie.divide('context_sums.orders_channel_' ~ channel, 'context_sums.orders') }}
            as share_orders_{{ channel }}_365d,
        {%- endfor %}
        {{ coterie.divide('weather_sums.temperature_sum', 'weather_sums.days_with_temperature') }}
            as mean_temperature_at_orders_365d,
        {{ coterie.divide('weather_sums.rainy_days', 'weather_sums.days_with_precipitation') }}
            as share_order_days_rainy_365d
    from customer_dates
    left join context_sums
        on
            customer_dates.customer_id = context_sums.customer_id
            and customer_dates.as_of_date = context_sums.as_of_date
    left join weather_sums
        on
            customer_dates.customer_id = weather_sums.customer_id
            and customer_dates.as_of_date = weather_sums.as_of_date
)

select * from features_context
