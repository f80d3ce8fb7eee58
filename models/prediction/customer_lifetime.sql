with

customers as (

    select
        customer_id,
        as_of_date
    from {{ ref('coterie', 'customer_as_of_dates') }}
    where is_current

),

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
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

lifetime_expectations as (

    select * from {{ ref('coterie', 'lifetime_expectations') }}

),

-- Odds of having left, as a logarithm: powers of long histories do not fit a number. Nobody leaves before coming back.
odds as (

    select
        purchase_histories.customer_id,
        purchase_histories.repeat_purchases,
        purchase_histories.days_to_last,
        purchase_histories.days_observed,
        cast(purchase_histories.repeat_revenue as double) as repeat_revenue,
        parameters.model_version,
        parameters.p,
        parameters.q,
        parameters.gamma,
        case
            when purchase_histories.repeat_purchases > 0
                then
                    ln(parameters.a) - ln(parameters.b + purchase_histories.repeat_purchases - 1)
                    + (parameters.r + purchase_histories.repeat_purchases) * (
                        ln(parameters.alpha + purchase_histories.days_observed)
                        - ln(parameters.alpha + purchase_histories.days_to_last)
                    )
        end as log_odds_left
    from purchase_histories
    cross join parameters

),

figures as (

    select
        odds.customer_id,
        odds.model_version,
        case
            when odds.log_odds_left is null then 1
            else 1 / (1 + exp(least(odds.log_odds_left, 700)))
        end as p_alive,
        lifetime_expectations.purchases_90d,
        lifetime_expectations.purchases_365d,
        lifetime_expectations.discounted_purchases_90d,
        lifetime_expectations.discounted_purchases_365d,
        odds.p * (odds.gamma + odds.repeat_revenue) / (odds.p * odds.repeat_purchases + odds.q - 1)
            as expected_purchase_value
    from odds
    inner join lifetime_expectations
        on
            odds.repeat_purchases = lifetime_expectations.repeat_purchases
            and odds.days_observed = lifetime_expectations.days_observed

),

customer_lifetime as (

    select
        customers.customer_id,
        customers.as_of_date,
        figures.p_alive,
        figures.p_alive * figures.purchases_90d as expected_purchases_90d,
        figures.p_alive * figures.purchases_365d as expected_purchases_365d,
        figures.expected_purchase_value,
        figures.p_alive * figures.discounted_purchases_90d * figures.expected_purchase_value as expected_revenue_90d,
        figures.p_alive * figures.discounted_purchases_365d * figures.expected_purchase_value as expected_revenue_365d,
        figures.model_version
    from customers
    left join figures
        on customers.customer_id = figures.customer_id

)

select * from customer_lifetime
