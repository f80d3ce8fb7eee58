{%- set attributes = ['channel', 'country', 'segment', 'campaign'] -%}
with

customer_cohorts as (

    select * from {{ ref('coterie', 'customer_cohorts') }}

),

purchase_days as (

    select * from {{ ref('coterie', 'purchase_days') }}

),

cohort_expectations as (

    select * from {{ ref('coterie', 'cohort_expectations') }}

),

current_dates as (

    select as_of_date from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

periods as (

    select * from {{ coterie.cohort_periods() }} as periods

),

days as (

    select
        customer_cohorts.customer_id,
        {{ dbt.datediff('customer_cohorts.cohort_month', 'purchase_days.activity_date', 'month') }} as month_period, -- noqa: LT05
        cast(floor(
            {{ dbt.datediff('customer_cohorts.first_purchase_on', 'purchase_days.activity_date', 'day') }} / 7 -- noqa: LT05
        ) as int) as week_period,
        row_number() over (partition by purchase_days.customer_id order by purchase_days.activity_date) as place,
        purchase_days.revenue
    from purchase_days
    inner join customer_cohorts
        on
            purchase_days.customer_id = customer_cohorts.customer_id
            and purchase_days.as_of_date = customer_cohorts.as_of_date

),

customer_periods as (

    {% for unit in ['month', 'week'] %}
    {{ 'union all' if not loop.first }}
    select
        customer_id,
        '{{ unit }}' as period_unit,
        {{ unit }}_period as period,
        max(case when place = 2 then 1 else 0 end) as is_second,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from days
    group by customer_id, {{ unit }}_period
    {% endfor %}

),

-- Customers of a cohort who share all they are broken down by, counted once; every breakdown adds these up.
observed_parts as (

    select
        customer_cohorts.cohort_month,
        {%- for attribute in attributes %}
        customer_cohorts.{{ attribute }},
        {%- endfor %}
        customer_periods.period_unit,
        customer_periods.period,
        count(*) as active,
        sum(customer_periods.is_second) as second_purchases,
        sum(customer_periods.revenue) as revenue
    from customer_periods
    inner join customer_cohorts
        on customer_periods.customer_id = customer_cohorts.customer_id
    group by
        customer_cohorts.cohort_month,
        {%- for attribute in attributes %}
        customer_cohorts.{{ attribute }},
        {%- endfor %}
        customer_periods.period_unit,
        customer_periods.period

),

cohort_parts as (

    select
        cohort_month,
        first_purchase_on,
        {%- for attribute in attributes %}
        {{ attribute }},
        {%- endfor %}
        count(*) as customers,
        sum(first_revenue) as first_revenue
    from customer_cohorts
    group by cohort_month, first_purchase_on, {{ attributes | join(', ') }}

),

breakdowns as (

    {% for breakdown in ['all'] + attributes -%}
    {{ 'union all ' if not loop.first }}select '{{ breakdown }}' as breakdown
    {% endfor %}
),

observed_values as (

    select
        {{ coterie.broadcast(['breakdowns']) }}
        observed_parts.*,
        breakdowns.breakdown,
        case breakdowns.breakdown
            {%- for attribute in attributes %}
            when '{{ attribute }}' then observed_parts.{{ attribute }}
            {%- endfor %}
            else 'all'
        end as breakdown_value
    from observed_parts
    cross join breakdowns

),

observed as (

    select
        breakdown,
        breakdown_value,
        cohort_month,
        period_unit,
        period,
        sum(active) as active,
        sum(second_purchases) as second_purchases,
        cast(sum(revenue) as decimal(18, 4)) as revenue
    from observed_values
    group by breakdown, breakdown_value, cohort_month, period_unit, period

),

cohort_values as (

    select
        {{ coterie.broadcast(['breakdowns']) }}
        cohort_parts.*,
        breakdowns.breakdown,
        case breakdowns.breakdown
            {%- for attribute in attributes %}
            when '{{ attribute }}' then cohort_parts.{{ attribute }}
            {%- endfor %}
            else 'all'
        end as breakdown_value
    from cohort_parts
    cross join breakdowns

),

-- By day of the first purchase, for the expectation depends on it.
day_sizes as (

    select
        breakdown,
        breakdown_value,
        cohort_month,
        first_purchase_on,
        sum(customers) as customers,
        cast(sum(first_revenue) as decimal(18, 4)) as first_revenue
    from cohort_values
    group by breakdown, breakdown_value, cohort_month, first_purchase_on

),

cohorts as (

    select
        breakdown,
        breakdown_value,
        cohort_month,
        sum(customers) as customers,
        cast(sum(first_revenue) as decimal(18, 4)) as first_revenue
    from day_sizes
    group by breakdown, breakdown_value, cohort_month

),

-- Segments follow from what customers did after their first purchase: what is expected of a new customer says nothing
-- of them.
expected as (

    select
        day_sizes.breakdown,
        day_sizes.breakdown_value,
        day_sizes.cohort_month,
        cohort_expectations.period_unit,
        cohort_expectations.period,
        cast(sum(
            {{ coterie.to_decimal('day_sizes.customers * cohort_expectations.active', 38, 9) }}
        ) as double) as expected_active,
        cast(sum(
            {{ coterie.to_decimal('day_sizes.customers * cohort_expectations.repeat_revenue', 38, 9) }}
        ) as double) as expected_repeat_revenue
    from day_sizes
    inner join cohort_expectations
        on day_sizes.first_purchase_on = cohort_expectations.first_purchase_on
    where day_sizes.breakdown <> 'segment'
    group by
        day_sizes.breakdown,
        day_sizes.breakdown_value,
        day_sizes.cohort_month,
        cohort_expectations.period_unit,
        cohort_expectations.period

),

framed as (

    select
        cohorts.breakdown,
        cohorts.breakdown_value,
        cohorts.cohort_month,
        cohorts.customers,
        cohorts.first_revenue,
        periods.period_unit,
        periods.period,
        current_dates.as_of_date,
        -- First and last day of the period; of weeks, of the customers who came on the first and on the last day of the
        -- month.
        cast(case
            when periods.period_unit = 'month' then {{ dbt.dateadd('month', 'periods.period', 'cohorts.cohort_month') }}
            else {{ dbt.dateadd('day', '7 * periods.period', 'cohorts.cohort_month') }}
        end as date) as starts_on,
        cast(case
            when periods.period_unit = 'month'
                then {{ dbt.dateadd('day', -1, dbt.dateadd('month', 'periods.period + 1', 'cohorts.cohort_month')) }}
            else {{ dbt.dateadd(
                'day', '7 * periods.period + 6',
                dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'cohorts.cohort_month'))
            ) }}
        end as date) as ends_on
    from cohorts
    cross join periods
    cross join current_dates

),

-- A period that not every customer of the cohort has lived through is not known: null, not zero.
joined as (

    select
        framed.*,
        framed.ends_on <= framed.as_of_date as is_mature,
        coalesce(observed.active, 0) as active,
        coalesce(observed.second_purchases, 0) as second_purchases,
        coalesce(observed.revenue, 0) as revenue,
        expected.expected_active,
        expected.expected_repeat_revenue
        + case when framed.period = 0 then cast(framed.first_revenue as double) else 0 end as expected_revenue
    from framed
    left join observed
        on
            framed.breakdown = observed.breakdown
            and framed.breakdown_value = observed.breakdown_value
            and framed.cohort_month = observed.cohort_month
            and framed.period_unit = observed.period_unit
            and framed.period = observed.period
    left join expected
        on
            framed.breakdown = expected.breakdown
            and framed.breakdown_value = expected.breakdown_value
            and framed.cohort_month = expected.cohort_month
            and framed.period_unit = expected.period_unit
            and framed.period = expected.period
    where
        framed.ends_on <= framed.as_of_date
        or framed.starts_on <= {{ dbt.dateadd('month', var('cohort_projection_months'), 'framed.as_of_date') }}

),

summed as (

    select
        *,
        sum(second_purchases) over (
            partition by breakdown, breakdown_value, cohort_month, period_unit order by period
            rows between unbounded preceding and current row
        ) as repeat_customers,
        sum(revenue) over (
            partition by breakdown, breakdown_value, cohort_month, period_unit order by period
            rows between unbounded preceding and current row
        ) as revenue_so_far,
        sum({{ coterie.to_decimal('expected_revenue', 38, 9) }}) over (
            partition by breakdown, breakdown_value, cohort_month, period_unit order by period
            rows between unbounded preceding and current row
        ) as expected_revenue_so_far
    from joined

),

cohort_figures as (

    select
        breakdown,
        breakdown_value,
        cohort_month,
        period_unit,
        period,
        is_mature,
        customers,
        case when is_mature then active end as active,
        case when is_mature then cast(active as double) / customers end as retention,
        case when is_mature then cast(revenue as decimal(18, 4)) end as revenue,
        case when is_mature then cast(revenue_so_far as decimal(18, 4)) end as cumulative_revenue,
        case when is_mature then cast(repeat_customers as double) / customers end as repeat_rate,
        expected_active / customers as expected_retention,
        expected_revenue,
        case when expected_revenue is not null then cast(expected_revenue_so_far as double) end
            as expected_cumulative_revenue
    from summed

)

select * from cohort_figures
