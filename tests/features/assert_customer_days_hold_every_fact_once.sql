-- Conservation: what staging accepted for contacts and stitched visitors is in the rollup, no more and no less. It
-- would break silently if an incremental build kept a day whose facts had changed.
-- noqa: disable=LT02
{%- set measures = {
    'orders': ['orders', 'orders_placed', 'revenue'],
    'events': ['events'],
    'messages': ['messages_sent', 'messages_opened', 'messages_clicked']
} %}

with orders as (
    select
        coalesce(sum(case when not is_void then 1 else 0 end), 0) as orders,
        count(*) as orders_placed,
        coalesce(sum(case when not is_void then revenue end), 0) as revenue
    from {{ ref('coterie', 'stg_orders') }}
    where contact_key is not null and revenue >= 0
),

events as (
    select count(*) as events
    from {{ ref('coterie', 'stg_events') }} as stg_events
    left join {{ ref('coterie', 'anonymous_stitches') }} as stitches
        on
            stg_events.source_system = stitches.source_system
            and stg_events.anonymous_key = stitches.anonymous_key
    where coalesce(stg_events.contact_key, stitches.contact_key) is not null
),

messages as (
    select
        count(*) as messages_sent,
        count(opened_at) as messages_opened,
        count(clicked_at) as messages_clicked
    from {{ ref('coterie', 'stg_messages') }}
    where contact_key is not null
),

rolled_up as (
    select
        {%- for measure in measures.values() | sum(start=[]) %}
        coalesce(sum({{ measure }}), 0) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('coterie', 'customer_days') }}
),

differences as (
    select
        {%- for fact, names in measures.items() %}
        {%- set last_fact = loop.last %}
        {%- for measure in names %}
        rolled_up.{{ measure }} - {{ fact }}.{{ measure }} as {{ measure }}{{ ',' if not (loop.last and last_fact) }}
        {%- endfor %}
        {%- endfor %}
    from orders
    cross join events
    cross join messages
    cross join rolled_up
)

select * from differences
where
    {%- for measure in measures.values() | sum(start=[]) %}
    {{ 'or ' if not loop.first }}{{ measure }} <> 0
    {%- endfor %}
