with

first_days as (

    select distinct
        cohort_month,
        first_purchase_on
    from {{ ref('coterie', 'customer_cohorts') }}

),

periods as (

    select * from {{ coterie.cohort_periods() }} as periods

),

accepted_models as (

    select model_version from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

parameters as (

    select
        lifetime_parameters.model_version,
        lifetime_parameters.r,
        lifetime_parameters.alpha,
        lifetime_parameters.p * lifetime_parameters.gamma / (lifetime_parameters.q - 1) as mean_value,
        lifetime_nodes.probabilities,
        lifetime_nodes.weights
    from {{ ref('coterie', 'lifetime_parameters') }} as lifetime_parameters
    inner join accepted_models
        on lifetime_parameters.model_version = accepted_models.model_version
    inner join {{ ref('coterie', 'lifetime_nodes') }} as lifetime_nodes
        on
            lifetime_parameters.model_version = lifetime_nodes.model_version
            and lifetime_parameters.purpose = lifetime_nodes.purpose
            and lifetime_nodes.repeat_purchases = 0
    where lifetime_parameters.purpose = 'scoring'

),

-- A repeat on the day of age d counts as one between the ages d - 1 and d; what is bought on the first day is known.
month_ages as (

    select
        first_days.first_purchase_on,
        periods.period_unit,
        periods.period,
        {{ dbt.datediff(
            'first_days.first_purchase_on',
            dbt.dateadd('month', 'periods.period', 'first_days.cohort_month'), 'day'
        ) }} - 1 as from_age,
        {{ dbt.datediff(
            'first_days.first_purchase_on',
            dbt.dateadd('month', 'periods.period + 1', 'first_days.cohort_month'), 'day'
        ) }} - 1 as to_age
    from first_days
    cross join periods
    where periods.period_unit = 'month'

),

week_ages as (

    select
        first_days.first_purchase_on,
        periods.period_unit,
        periods.period,
        7 * periods.period - 1 as from_age,
        7 * periods.period + 6 as to_age
    from first_days
    cross join periods
    where periods.period_unit = 'week'

),

ages as (

    select
        first_purchase_on,
        period_unit,
        period,
        greatest(from_age, 0) as from_age,
        to_age
    from month_ages

    union all

    select
        first_purchase_on,
        period_unit,
        period,
        greatest(from_age, 0) as from_age,
        to_age
    from week_ages

),

spans as (

    select distinct
        period = 0 as is_first,
        from_age,
        to_age
    from ages

),

expectations as (

    select
        spans.is_first,
        spans.from_age,
        spans.to_age,
        parameters.model_version,
        parameters.mean_value,
        case
            when spans.is_first then 1
            else {{ coterie.expected_activity(
                'parameters.probabilities', 'parameters.weights', 'parameters.r', 'parameters.alpha',
                'spans.from_age', 'spans.to_age'
            ) }}
        end as active,
        {{ coterie.expected_purchases(
            'parameters.probabilities', 'parameters.weights', 'parameters.r', 'parameters.alpha', [('spans.to_age', 1)]
        ) }} - {{ coterie.expected_purchases(
            'parameters.probabilities', 'parameters.weights', 'parameters.r', 'parameters.alpha', [('spans.from_age', 1)]
        ) }} as repeat_purchases
    from spans
    cross join parameters

),

cohort_expectations as (

    select
        ages.first_purchase_on,
        ages.period_unit,
        ages.period,
        expectations.model_version,
        expectations.active,
        expectations.repeat_purchases,
        expectations.repeat_purchases * expectations.mean_value as repeat_revenue
    from ages
    inner join expectations
        on
            (ages.period = 0) = expectations.is_first
            and ages.from_age = expectations.from_age
            and ages.to_age = expectations.to_age

)

select * from cohort_expectations
