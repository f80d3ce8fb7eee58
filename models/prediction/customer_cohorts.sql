{%- set attributes = ['channel', 'country', 'segment', 'campaign'] -%}
with

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'scoring'

),

customer_orders as (

    select * from {{ ref('coterie', 'customer_orders') }}

),

customer_events as (

    select * from {{ ref('coterie', 'customer_events') }}
    where campaign_key is not null

),

golden_records as (

    select * from {{ ref('coterie', 'golden_records') }}

),

segment_assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

-- Of several orders on the first day, the first.
first_orders as (

    select
        customer_orders.customer_id,
        customer_orders.channel,
        row_number() over (
            partition by customer_orders.customer_id
            order by customer_orders.ordered_at, customer_orders.source_system, customer_orders.order_key
        ) as place
    from customer_orders
    inner join purchase_histories
        on
            customer_orders.customer_id = purchase_histories.customer_id
            and customer_orders.activity_date = purchase_histories.first_purchase_on
    where not (customer_orders.is_void and customer_orders.status_known_on <= purchase_histories.as_of_date)

),

-- The last campaign that was seen before the first purchase, or on its day.
touches as (

    select
        customer_events.customer_id,
        customer_events.campaign_key,
        row_number() over (
            partition by customer_events.customer_id
            order by customer_events.event_at desc, customer_events.source_system asc, customer_events.event_key asc
        ) as place
    from customer_events
    inner join purchase_histories
        on
            customer_events.customer_id = purchase_histories.customer_id
            and customer_events.activity_date <= purchase_histories.first_purchase_on
            and customer_events.known_date <= purchase_histories.as_of_date
    where
        {{ dbt.datediff('customer_events.activity_date', 'purchase_histories.first_purchase_on', 'day') }} -- noqa: LT05
        <= {{ var('cohort_campaign_days') }}

),

described as (

    select
        purchase_histories.customer_id,
        purchase_histories.as_of_date,
        cast({{ dbt.date_trunc('month', 'purchase_histories.first_purchase_on') }} as date) as cohort_month,
        purchase_histories.first_purchase_on,
        purchase_histories.first_revenue,
        coalesce(first_orders.channel, 'none') as channel,
        coalesce(golden_records.country, 'none') as country,
        coalesce(segment_assignments.segment_id, 'none') as segment,
        coalesce(touches.campaign_key, 'none') as campaign
    from purchase_histories
    left join first_orders
        on
            purchase_histories.customer_id = first_orders.customer_id
            and first_orders.place = 1
    left join touches
        on
            purchase_histories.customer_id = touches.customer_id
            and touches.place = 1
    left join golden_records
        on purchase_histories.customer_id = golden_records.customer_id
    left join segment_assignments
        on purchase_histories.customer_id = segment_assignments.customer_id

),

-- Rare values are one: thousands of campaigns would make a mart of nothing but small numbers.
{% for attribute in attributes -%}
{{ attribute }}_sizes as (

    select
        {{ attribute }},
        row_number() over (order by count(*) desc, {{ attribute }} asc) as place
    from described
    group by {{ attribute }}

),

{% endfor -%}
customer_cohorts as (

    select
        {{ coterie.broadcast(['channel_sizes', 'country_sizes', 'segment_sizes', 'campaign_sizes']) }}
        described.customer_id,
        described.as_of_date,
        described.cohort_month,
        described.first_purchase_on,
        {%- for attribute in attributes %}
        case
            when {{ attribute }}_sizes.place <= {{ var('cohort_values_max') }} then described.{{ attribute }}
            else 'other'
        end as {{ attribute }},
        {%- endfor %}
        described.first_revenue
    from described
    inner join channel_sizes
        on described.channel = channel_sizes.channel
    inner join country_sizes
        on described.country = country_sizes.country
    inner join segment_sizes
        on described.segment = segment_sizes.segment
    inner join campaign_sizes
        on described.campaign = campaign_sizes.campaign

)

select * from customer_cohorts
