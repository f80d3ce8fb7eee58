with cohort_retention_store as (

    select * from {{ coterie.published('cohort_retention_store') }}

),

cohort_retention as (

    select
        cast(breakdown as string) as breakdown,
        cast(breakdown_value as string) as breakdown_value,
        cast(cohort_month as date) as cohort_month,
        cast(period_unit as string) as period_unit,
        cast(period as int) as period,
        cast(is_mature as boolean) as is_mature,
        cast(customers as bigint) as customers,
        cast(active as bigint) as active,
        cast(retention as double) as retention,
        cast(revenue as decimal(18, 4)) as revenue,
        cast(cumulative_revenue as decimal(18, 4)) as cumulative_revenue,
        cast(repeat_rate as double) as repeat_rate,
        cast(expected_retention as double) as expected_retention,
        cast(expected_revenue as double) as expected_revenue,
        cast(expected_cumulative_revenue as double) as expected_cumulative_revenue,
        cast(
            case when period_unit = 'month' then {{ dbt.dateadd('month', 'period', 'cohort_month') }} end as date
        ) as calendar_month
    from cohort_retention_store

)

select * from cohort_retention
