with

purchase_histories as (

    select distinct
        repeat_purchases,
        days_observed
    from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'scoring'

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
    where lifetime_parameters.purpose = 'scoring'

),

nodes as (

    select lifetime_nodes.*
    from {{ ref('coterie', 'lifetime_nodes') }} as lifetime_nodes
    inner join accepted_models
        on lifetime_nodes.model_version = accepted_models.model_version
    where lifetime_nodes.purpose = 'scoring'

),

last_nodes as (

    select max(repeat_purchases) as repeat_purchases from nodes

),

-- Beyond the repeats that nodes were made for, the last ones stand in.
posteriors as (

    select
        {{ coterie.broadcast(['parameters', 'last_nodes', 'nodes']) }}
        purchase_histories.repeat_purchases,
        purchase_histories.days_observed,
        parameters.model_version,
        parameters.r + purchase_histories.repeat_purchases as shape,
        parameters.alpha + purchase_histories.days_observed as rate,
        nodes.probabilities,
        nodes.weights
    from purchase_histories
    cross join parameters
    cross join last_nodes
    inner join nodes
        on nodes.repeat_purchases = least(purchase_histories.repeat_purchases, last_nodes.repeat_purchases)

),

lifetime_expectations as (

    select
        repeat_purchases,
        days_observed,
        model_version,
        {{ coterie.expected_purchases('probabilities', 'weights', 'shape', 'rate', [(90, 1)]) }} -- noqa: LT05
            as purchases_90d,
        {{ coterie.expected_purchases(
            'probabilities', 'weights', 'shape', 'rate', coterie.discounts_until(90)
        ) }} as discounted_purchases_90d, -- noqa: LT05
        {{ coterie.expected_purchases('probabilities', 'weights', 'shape', 'rate', [(365, 1)]) }} -- noqa: LT05
            as purchases_365d,
        {{ coterie.expected_purchases(
            'probabilities', 'weights', 'shape', 'rate', coterie.discounts_until(365)
        ) }} as discounted_purchases_365d -- noqa: LT05
    from posteriors

)

select * from lifetime_expectations
