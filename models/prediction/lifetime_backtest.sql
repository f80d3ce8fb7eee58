with

purchase_days as (

    select * from {{ ref('coterie', 'purchase_days') }}

),

score_labels as (

    select * from {{ ref('coterie', 'score_labels') }}
    where revenue_next_90d is not null

),

score_population as (

    select * from {{ ref('coterie', 'score_population') }}

),

accepted_models as (

    select * from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

-- Fitted on an earlier day, on nothing that happened after it.
parameters as (

    select
        lifetime_parameters.*,
        accepted_models.as_of_date as fitted_on,
        accepted_models.holdout_days
    from {{ ref('coterie', 'lifetime_parameters') }} as lifetime_parameters
    inner join accepted_models
        on lifetime_parameters.model_version = accepted_models.model_version
    where lifetime_parameters.purpose = 'holdout'

),

nodes as (

    select lifetime_nodes.*
    from {{ ref('coterie', 'lifetime_nodes') }} as lifetime_nodes
    inner join accepted_models
        on lifetime_nodes.model_version = accepted_models.model_version
    where lifetime_nodes.purpose = 'holdout'

),

last_nodes as (

    select max(repeat_purchases) as repeat_purchases from nodes

),

-- That day and those after it whose next 90 days are over.
past_days as (

    select labelled.as_of_date
    from (select distinct as_of_date from score_labels) as labelled
    cross join parameters
    where
        {{ dbt.datediff('labelled.as_of_date', 'parameters.fitted_on', 'day') }} -- noqa: LT05
        <= parameters.holdout_days

),

histories as (

    select
        purchase_days.customer_id,
        purchase_days.as_of_date,
        {{ coterie.purchase_history() }},
        cast(sum(case when purchase_days.age_days < 90 then purchase_days.revenue else 0 end) as decimal(18, 4))
            as rule_revenue_90d
    from purchase_days
    inner join past_days
        on purchase_days.as_of_date = past_days.as_of_date
    group by purchase_days.customer_id, purchase_days.as_of_date

),

distinct_histories as (

    select distinct
        repeat_purchases,
        days_observed
    from histories

),

expectations as (

    select
        distinct_histories.repeat_purchases,
        distinct_histories.days_observed,
        {{ coterie.expected_purchases(
            'nodes.probabilities', 'nodes.weights', 'parameters.r + distinct_histories.repeat_purchases',
            'parameters.alpha + distinct_histories.days_observed', [(90, 1)]
        ) }} as purchases_90d
    from distinct_histories
    cross join parameters
    cross join last_nodes
    inner join nodes
        on nodes.repeat_purchases = least(distinct_histories.repeat_purchases, last_nodes.repeat_purchases)

),

figures as (

    select
        histories.customer_id,
        histories.as_of_date,
        parameters.model_version,
        {{ coterie.p_alive(
            'parameters', 'histories.repeat_purchases', 'histories.days_to_last', 'histories.days_observed'
        ) }}
        * expectations.purchases_90d
        * parameters.p * (parameters.gamma + cast(histories.revenue - histories.first_revenue as double))
        / (parameters.p * histories.repeat_purchases + parameters.q - 1) as expected_revenue_90d,
        histories.rule_revenue_90d
    from histories
    cross join parameters
    inner join expectations
        on
            histories.repeat_purchases = expectations.repeat_purchases
            and histories.days_observed = expectations.days_observed

),

-- Four digits after the point, as money has: what differs by the last digit of a double is a tie on every engine.
lifetime_backtest as (

    select
        figures.customer_id,
        figures.as_of_date,
        figures.model_version,
        {{ coterie.to_decimal('figures.expected_revenue_90d', 18, 4) }} as expected_revenue_90d,
        figures.rule_revenue_90d,
        cast(score_labels.revenue_next_90d as decimal(18, 4)) as revenue_next_90d,
        score_population.segment,
        coalesce(score_population.region, 'unknown') as region,
        score_population.age_band
    from figures
    inner join score_labels
        on
            figures.customer_id = score_labels.customer_id
            and figures.as_of_date = score_labels.as_of_date
    inner join score_population
        on
            figures.customer_id = score_population.customer_id
            and figures.as_of_date = score_population.as_of_date
    where figures.expected_revenue_90d is not null

)

select * from lifetime_backtest
