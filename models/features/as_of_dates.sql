with orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

events as (
    select * from {{ ref('coterie', 'stg_events') }}
),

last_days as (
    select cast(max(ordered_at) as date) as last_day from orders
    union all
    select cast(max(event_at) as date) as last_day from events
),

current_date_row as (
    select
        {%- if var('as_of_date') %}
        max(cast('{{ var("as_of_date") }}' as date)) as as_of_date
        {%- else %}
        max(last_day) as as_of_date
        {%- endif %}
    from last_days
),

as_of_dates as (
    select
        as_of_date,
        true as is_current
    from current_date_row
    where as_of_date is not null
    {%- for months_back in range(1, var('history_months') + 1) %}

    union all

    select
        cast(
            {{ dbt.dateadd('day', -1, dbt.dateadd(
                'month', 1 - months_back, dbt.date_trunc('month', 'as_of_date')
            )) }} as date
        ) as as_of_date,
        false as is_current
    from current_date_row
    where as_of_date is not null
    {%- endfor %}
)

select * from as_of_dates
