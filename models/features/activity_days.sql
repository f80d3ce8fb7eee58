with orders as (
    select * from {{ ref('coterie', 'customer_orders') }}
),

order_lines as (
    select * from {{ ref('coterie', 'stg_order_lines') }}
),

events as (
    select * from {{ ref('coterie', 'customer_events') }}
),

messages as (
    select * from {{ ref('coterie', 'customer_messages') }}
),

-- Every column that customer_days_store reads takes part, the customer included: a fact that is
-- added, changed, removed or given to another customer changes the sum of its day.
fact_numbers as (
    select
        activity_date,
        'orders' as fact,
        {{ coterie.change_number([
            'customer_id', 'ordered_at', 'is_void', 'status_known_on', 'revenue', 'channel'
        ]) }} as change_number
    from orders

    union all

    select
        orders.activity_date,
        'order_lines' as fact,
        {{ coterie.change_number([
            'orders.customer_id', 'orders.order_key', 'orders.is_void', 'orders.status_known_on',
            'order_lines.category', 'order_lines.quantity', 'order_lines.gross_amount', 'order_lines.net_amount'
        ]) }} as change_number
    from orders
    inner join order_lines
        on
            orders.source_system = order_lines.source_system
            and orders.order_key = order_lines.order_key

    union all

    select
        activity_date,
        'events' as fact,
        {{ coterie.change_number([
            'customer_id', 'event_at', 'known_date', 'event_type', 'device_type', 'platform', 'content_type', 'campaign_key'
        ]) }} as change_number
    from events

    union all

    select
        activity_date,
        'messages' as fact,
        {{ coterie.change_number([
            'customer_id', 'delivered_on', 'opened_on', 'clicked_on', 'unsubscribed_on', 'bounced_on'
        ]) }} as change_number
    from messages
),

fact_sums as (
    select
        activity_date,
        fact,
        count(*) as facts,
        cast(sum(change_number) as string) as change_sum
    from fact_numbers
    group by activity_date, fact
),

activity_days as (
    select
        activity_date,
        cast(sum(facts) as bigint) as facts,
        -- The definition takes part too: a changed rollup is a changed day.
        md5(
            '{{ coterie.customer_days_definition() }}'
            {%- for fact in ['orders', 'order_lines', 'events', 'messages'] %}
            || '|'
            || coalesce(max(case when fact = '{{ fact }}' then cast(facts as string) || ':' || change_sum end), '')
            {%- endfor %}
        ) as fingerprint
    from fact_sums
    group by activity_date
)

select * from activity_days
