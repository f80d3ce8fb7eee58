{{ config(
    materialized='incremental',
    on_schema_change='sync_all_columns',
    **coterie.replaced_by('store_period')
) }}

{%- set measures = coterie.customer_day_measures() -%}
{%- set order_measures = ['orders', 'orders_placed', 'orders_voided', 'orders_night', 'orders_evening', 'revenue'] -%}
{%- set line_measures = ['items', 'gross_amount', 'net_amount'] -%}
{%- set event_measures = [] -%}
{%- set message_measures = [] -%}
{%- for measure in measures -%}
    {%- if measure.startswith('orders_channel_') -%}{%- do order_measures.append(measure) -%}
    {%- elif measure.startswith('amount_') -%}{%- do line_measures.append(measure) -%}
    {%- elif measure.startswith('messages_') -%}{%- do message_measures.append(measure) -%}
    {%- elif measure not in order_measures + line_measures -%}{%- do event_measures.append(measure) -%}
    {%- endif -%}
{%- endfor %}

with activity_days as (
    select * from {{ ref('coterie', 'activity_days') }}
),

{% if is_incremental() -%}
stored_days as (
    select distinct
        activity_date,
        fingerprint
    from {{ this }}
),

-- What is replaced is replaced whole: with a changed day its period.
changed_periods as (
    select distinct {{ coterie.store_period('activity_days.activity_date') }} as store_period
    from activity_days
    left join stored_days
        on
            activity_days.activity_date = stored_days.activity_date
            and activity_days.fingerprint = stored_days.fingerprint
    where stored_days.activity_date is null
),

{% endif -%}
changed_days as (
    select
        activity_date,
        fingerprint,
        {{ coterie.store_period('activity_date') }} as store_period
    from activity_days
    {%- if is_incremental() %}
    where {{ coterie.store_period('activity_date') }} in (select store_period from changed_periods)
    {%- endif %}
),

orders as (
    select * from {{ ref('coterie', 'customer_orders') }}
    where activity_date in (select activity_date from changed_days)
),

order_lines as (
    select
        source_system,
        order_key,
        category,
        quantity,
        gross_amount,
        -- A discount above the price makes a gift, not a negative purchase.
        case when net_amount < 0 then 0 else net_amount end as net_amount
    from {{ ref('coterie', 'stg_order_lines') }}
    -- The lines of a return carry negative quantities: papers, not purchases.
    where quantity > 0 and gross_amount >= 0
),

events as (
    select * from {{ ref('coterie', 'customer_events') }}
    where activity_date in (select activity_date from changed_days)
),

messages as (
    select * from {{ ref('coterie', 'customer_messages') }}
    where activity_date in (select activity_date from changed_days)
),

-- An order counts from its day; one that came to nothing is taken back on the day that became known.
order_movements as (
    select
        orders.*,
        orders.activity_date as known_date,
        1 as direction
    from orders

    union all

    select
        orders.*,
        orders.status_known_on as known_date,
        -1 as direction
    from orders
    where orders.is_void
),

order_days as (
    select
        customer_id,
        activity_date,
        known_date,
        sum(direction) as orders,
        sum(case when direction = 1 then 1 else 0 end) as orders_placed,
        sum(case when direction = -1 then 1 else 0 end) as orders_voided,
        sum(case when {{ coterie.is_night('ordered_at') }} then direction else 0 end) as orders_night,
        sum(case when {{ coterie.is_evening('ordered_at') }} then direction else 0 end) as orders_evening,
        sum(direction * revenue) as revenue
        {%- for channel in var('order_channels') %},
        sum(case when channel = '{{ channel }}' then direction else 0 end) as orders_channel_{{ channel }}
        {%- endfor %}
    from order_movements
    group by customer_id, activity_date, known_date
),

line_days as (
    select
        order_movements.customer_id,
        order_movements.activity_date,
        order_movements.known_date,
        sum(order_movements.direction * order_lines.quantity) as items,
        sum(order_movements.direction * order_lines.gross_amount) as gross_amount,
        sum(order_movements.direction * order_lines.net_amount) as net_amount
        {%- for category in var('basket_categories') %},
        sum(
            case
                when order_lines.category = '{{ category }}' then order_movements.direction * order_lines.net_amount
                else 0
            end
        ) as amount_{{ category }}
        {%- endfor %}
    from order_movements
    inner join order_lines
        on
            order_movements.source_system = order_lines.source_system
            and order_movements.order_key = order_lines.order_key
    group by order_movements.customer_id, order_movements.activity_date, order_movements.known_date
),

event_days as (
    select
        customer_id,
        activity_date,
        known_date,
        count(*) as events,
        -- A visit is an hour of the clock with at least one event: one bit for each hour, then the bits are counted.
        bit_count(bit_or(cast(power(2, extract(hour from event_at)) as bigint))) as visits,
        sum(case when event_type = 'page_view' then 1 else 0 end) as page_views,
        sum(case when event_type = 'product_view' then 1 else 0 end) as product_views,
        sum(case when event_type = 'search' then 1 else 0 end) as searches,
        sum(case when event_type = 'add_to_cart' then 1 else 0 end) as cart_additions,
        sum(case when {{ coterie.is_night('event_at') }} then 1 else 0 end) as events_night,
        sum(case when {{ coterie.is_evening('event_at') }} then 1 else 0 end) as events_evening,
        sum(case when device_type = 'mobile' then 1 else 0 end) as events_mobile,
        sum(case when device_type = 'desktop' then 1 else 0 end) as events_desktop,
        sum(case when device_type = 'tablet' then 1 else 0 end) as events_tablet,
        sum(case when platform in ('ios', 'android', 'app') then 1 else 0 end) as events_app,
        sum(case when campaign_key is not null then 1 else 0 end) as events_campaign
        {%- for content_type in var('content_types') %},
        sum(case when content_type = '{{ content_type }}' then 1 else 0 end) as events_content_{{ content_type }}
        {%- endfor %}
    from events
    group by customer_id, activity_date, known_date
),

-- A reaction belongs to the day of its message and counts from the day it happened.
message_movements as (
    select
        customer_id,
        activity_date,
        activity_date as known_date,
        'sent' as reaction
    from messages
    {%- for reaction in ['delivered', 'opened', 'clicked', 'unsubscribed', 'bounced'] %}

    union all

    select
        customer_id,
        activity_date,
        {{ reaction }}_on as known_date,
        '{{ reaction }}' as reaction
    from messages
    where {{ reaction }}_on is not null
    {%- endfor %}
),

message_days as (
    select
        customer_id,
        activity_date,
        known_date,
        {%- for measure in message_measures %}
        {%- set reaction = measure | replace('messages_', '') %}
        sum(case when reaction = '{{ reaction }}' then 1 else 0 end) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from message_movements
    group by customer_id, activity_date, known_date
),

all_days as (
    {%- for day_rows, own_measures in [
        ('order_days', order_measures), ('line_days', line_measures),
        ('event_days', event_measures), ('message_days', message_measures)
    ] %}
    select
        customer_id,
        activity_date,
        known_date,
        {%- for measure in measures %}
        {{ measure if measure in own_measures else 'null' }} as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ day_rows }}
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}
),

customer_days as (
    select
        customer_id,
        known_date,
        {%- for measure, data_type in measures.items() %}
        cast(coalesce(sum({{ measure }}), 0) as {{ data_type }}) as {{ measure }},
        {%- endfor %}
        activity_date
    from all_days
    group by customer_id, activity_date, known_date
),

-- store_period comes last: engines that replace by partition want the partition column there.
fingerprinted_days as (
    select {{ coterie.gathered_by('store_period') }}
        customer_days.customer_id,
        customer_days.known_date,
        {%- for measure in measures %}
        customer_days.{{ measure }},
        {%- endfor %}
        customer_days.activity_date,
        changed_days.fingerprint,
        changed_days.store_period
    from customer_days
    inner join changed_days
        on customer_days.activity_date = changed_days.activity_date
)

select * from fingerprinted_days
