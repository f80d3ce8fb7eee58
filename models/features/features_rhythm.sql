with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

purchase_days as (
    select * from {{ ref('coterie', 'purchase_days') }}
),

days as (
    {{ coterie.customer_days_as_of(
        ['orders', 'orders_night', 'orders_evening', 'events', 'events_night', 'events_evening'],
        window_days=365,
        condition='customer_days.orders <> 0 or customer_days.events > 0'
    ) }}
),

purchase_gaps as (
    select
        customer_id,
        as_of_date,
        age_days,
        lag(age_days) over (
            partition by customer_id, as_of_date
            order by activity_date
        ) - age_days as gap_days
    from purchase_days
),

gap_sums as (
    select
        customer_id,
        as_of_date,
        min(age_days) as days_since_last_order,
        count(gap_days) as gaps,
        cast(sum(gap_days) as bigint) as gap_sum,
        cast(sum(cast(gap_days as bigint) * gap_days) as bigint) as squared_gap_sum
    from purchase_gaps
    group by customer_id, as_of_date
),

calendar_days as (
    select
        *,
        {{ coterie.is_weekend('activity_date') }} as is_weekend,
        {{ coterie.is_month_end('activity_date') }} as is_month_end -- noqa: LT05
    from days
),

time_sums as (
    select
        customer_id,
        as_of_date,
        sum(orders) as orders,
        sum(case when is_weekend then orders else 0 end) as orders_weekend,
        sum(case when is_month_end then orders else 0 end) as orders_month_end,
        sum(orders_night) as orders_night,
        sum(orders_evening) as orders_evening,
        sum(events) as events,
        sum(case when is_weekend then events else 0 end) as events_weekend,
        sum(events_night) as events_night,
        sum(events_evening) as events_evening
    from calendar_days
    group by customer_id, as_of_date
),

features_rhythm as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        {{ coterie.divide('gap_sums.gap_sum', 'gap_sums.gaps') }} as mean_days_between_orders,
        -- Standard deviation over mean, from exact sums:
        -- sqrt((n * sum of squares - square of sum) / (n * (n - 1))) / (sum / n)
        case
            when gap_sums.gaps >= 2 then
                sqrt({{ coterie.divide(
                    '(gap_sums.gaps * gap_sums.squared_gap_sum - gap_sums.gap_sum * gap_sums.gap_sum) * gap_sums.gaps',
                    '(gap_sums.gaps - 1) * gap_sums.gap_sum * gap_sums.gap_sum'
                ) }})
        end as variation_of_order_gaps,
        {{ coterie.divide('gap_sums.days_since_last_order * gap_sums.gaps', 'gap_sums.gap_sum') }}
            as silence_in_order_gaps,
        {{ coterie.divide('time_sums.orders_weekend', 'time_sums.orders') }} as share_orders_weekend_365d,
        {{ coterie.divide('time_sums.orders_evening', 'time_sums.orders') }} as share_orders_evening_365d,
        {{ coterie.divide('time_sums.orders_night', 'time_sums.orders') }} as share_orders_night_365d,
        {{ coterie.divide('time_sums.orders_month_end', 'time_sums.orders') }}
            as share_orders_month_end_365d,
        {{ coterie.divide('time_sums.events_weekend', 'time_sums.events') }} as share_events_weekend_365d,
        {{ coterie.divide('time_sums.events_evening', 'time_sums.events') }} as share_events_evening_365d,
        {{ coterie.divide('time_sums.events_night', 'time_sums.events') }} as share_events_night_365d
    from customer_dates
    left join gap_sums
        on
            customer_dates.customer_id = gap_sums.customer_id
            and customer_dates.as_of_date = gap_sums.as_of_date
    left join time_sums
        on
            customer_dates.customer_id = time_sums.customer_id
            and customer_dates.as_of_date = time_sums.as_of_date
)

select * from features_rhythm
