with

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'scoring'

),

purchase_days as (

    select * from {{ ref('coterie', 'purchase_days') }}

),

accepted_models as (

    select model_version from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

holdouts as (

    select max(as_of_date) as as_of_date from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'holdout'

),

-- What is expected of a new customer is a mean over the probability of leaving before any repeat.
parameters as (

    select
        lifetime_parameters.model_version,
        lifetime_parameters.purpose,
        lifetime_parameters.r,
        lifetime_parameters.alpha,
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

),

repeats as (

    select
        purchase_histories.as_of_date,
        cast({{ dbt.date_trunc('month', 'purchase_days.activity_date') }} as date) as month_starts_on,
        count(case when purchase_days.activity_date > purchase_histories.first_purchase_on then 1 end) as purchases
    from purchase_days
    inner join purchase_histories
        on
            purchase_days.customer_id = purchase_histories.customer_id
            and purchase_days.as_of_date = purchase_histories.as_of_date
    group by purchase_histories.as_of_date, {{ dbt.date_trunc('month', 'purchase_days.activity_date') }}

),

months as (

    select
        month_starts_on,
        purchases,
        cast(least(
            {{ dbt.dateadd('day', -1, dbt.dateadd('month', 1, 'month_starts_on')) }}, as_of_date
        ) as date) as month_ends_on
    from repeats

),

first_days as (

    select
        first_purchase_on,
        count(*) as customers
    from purchase_histories
    group by first_purchase_on

),

ages as (

    select
        months.month_ends_on,
        first_days.customers,
        {{ dbt.datediff('first_days.first_purchase_on', 'months.month_ends_on', 'day') }} as age -- noqa: LT05
    from months
    inner join first_days
        on months.month_ends_on >= first_days.first_purchase_on

),

distinct_ages as (

    select distinct age from ages

),

expectations as (

    select
        {{ coterie.broadcast(['parameters']) }}
        parameters.model_version,
        parameters.purpose,
        distinct_ages.age,
        {{ coterie.expected_purchases(
            'parameters.probabilities', 'parameters.weights', 'parameters.r', 'parameters.alpha',
            [('distinct_ages.age', 1)]
        ) }} as purchases
    from distinct_ages
    cross join parameters

),

expected as (

    select
        ages.month_ends_on,
        expectations.model_version,
        expectations.purpose,
        cast(sum({{ coterie.to_decimal('ages.customers * expectations.purchases', 38, 9) }}) as decimal(38, 9))
            as cumulative_expected
    from ages
    inner join expectations
        on ages.age = expectations.age
    group by ages.month_ends_on, expectations.model_version, expectations.purpose

),

lifetime_tracking as (

    select
        expected.purpose,
        months.month_starts_on,
        months.month_ends_on,
        -- The model of the earlier day has not seen what came after it.
        coalesce(expected.purpose = 'holdout' and months.month_starts_on > holdouts.as_of_date, false) as is_unseen,
        months.purchases as repeat_purchases,
        cast(expected.cumulative_expected - coalesce(
            lag(expected.cumulative_expected) over (partition by expected.purpose order by months.month_starts_on), 0
        ) as double) as expected_repeat_purchases,
        sum(months.purchases) over (
            partition by expected.purpose order by months.month_starts_on
            rows between unbounded preceding and current row
        ) as cumulative_repeat_purchases,
        cast(expected.cumulative_expected as double) as cumulative_expected_repeat_purchases,
        expected.model_version
    from months
    inner join expected
        on months.month_ends_on = expected.month_ends_on
    cross join holdouts

)

select * from lifetime_tracking
