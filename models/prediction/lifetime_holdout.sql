with

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'holdout'

),

current_dates as (

    select as_of_date from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

accepted_models as (

    select model_version from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

parameters as (

    select lifetime_parameters.*
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

histories as (

    select
        purchase_histories.as_of_date,
        purchase_histories.repeat_purchases,
        purchase_histories.days_to_last,
        purchase_histories.days_observed,
        {{ dbt.datediff('purchase_histories.as_of_date', 'current_dates.as_of_date', 'day') }} as holdout_days, -- noqa: LT05
        count(*) as customers,
        sum(purchase_histories.later_purchases) as purchases
    from purchase_histories
    cross join current_dates
    group by
        purchase_histories.as_of_date,
        current_dates.as_of_date,
        purchase_histories.repeat_purchases,
        purchase_histories.days_to_last,
        purchase_histories.days_observed

),

predictions as (

    select
        {{ coterie.broadcast(['parameters', 'last_nodes', 'nodes']) }}
        histories.as_of_date,
        histories.holdout_days,
        least(histories.repeat_purchases, 7) as frequency_class,
        histories.customers,
        histories.purchases,
        parameters.model_version,
        {{ coterie.p_alive(
            'parameters', 'histories.repeat_purchases', 'histories.days_to_last', 'histories.days_observed'
        ) }} as p_alive,
        {{ coterie.expected_purchases(
            'nodes.probabilities', 'nodes.weights', 'parameters.r + histories.repeat_purchases',
            'parameters.alpha + histories.days_observed', [('histories.holdout_days', 1)]
        ) }} as purchases_if_alive
    from histories
    cross join parameters
    cross join last_nodes
    inner join nodes
        on nodes.repeat_purchases = least(histories.repeat_purchases, last_nodes.repeat_purchases)

),

lifetime_holdout as (

    select
        as_of_date,
        holdout_days,
        frequency_class,
        model_version,
        sum(customers) as customers,
        sum(purchases) as purchases,
        cast(sum({{ coterie.to_decimal('customers * p_alive * purchases_if_alive', 38, 9) }}) as double)
            as predicted_purchases,
        cast(sum({{ coterie.to_decimal('customers * p_alive', 38, 9) }}) as double) as predicted_alive
    from predictions
    group by as_of_date, holdout_days, frequency_class, model_version

)

select * from lifetime_holdout
