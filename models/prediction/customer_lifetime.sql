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

figures as (

    select
        {{ coterie.broadcast(['parameters']) }}
        purchase_histories.customer_id,
        parameters.model_version,
        {{ coterie.p_alive(
            'parameters', 'purchase_histories.repeat_purchases', 'purchase_histories.days_to_last',
            'purchase_histories.days_observed'
        ) }} as p_alive,
        lifetime_expectations.purchases_90d,
        lifetime_expectations.purchases_365d,
        lifetime_expectations.discounted_purchases_90d,
        lifetime_expectations.discounted_purchases_365d,
        parameters.p * (parameters.gamma + cast(purchase_histories.repeat_revenue as double))
        / (parameters.p * purchase_histories.repeat_purchases + parameters.q - 1) as expected_purchase_value
    from purchase_histories
    inner join lifetime_expectations
        on
            purchase_histories.repeat_purchases = lifetime_expectations.repeat_purchases
            and purchase_histories.days_observed = lifetime_expectations.days_observed
    inner join parameters
        on lifetime_expectations.model_version = parameters.model_version

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
