-- Protects the figures people act on: a probability outside 0..1, or less expected of a year than of a quarter, is an
-- error of the formulas; a buyer without a figure is one of the joins.
with

customer_lifetime as (

    select * from {{ ref('coterie', 'customer_lifetime') }}

),

purchase_histories as (

    select * from {{ ref('coterie', 'purchase_histories') }}
    where purpose = 'scoring'

),

accepted_model as (

    select count(*) as models from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

problems as (

    select
        customer_lifetime.customer_id,
        customer_lifetime.p_alive,
        customer_lifetime.expected_purchases_90d,
        customer_lifetime.expected_purchases_365d,
        customer_lifetime.expected_revenue_90d,
        customer_lifetime.expected_revenue_365d
    from customer_lifetime
    cross join accepted_model
    left join purchase_histories
        on customer_lifetime.customer_id = purchase_histories.customer_id
    where
        not (customer_lifetime.p_alive between 0 and 1)
        or customer_lifetime.expected_purchases_90d < 0
        or customer_lifetime.expected_purchases_365d < customer_lifetime.expected_purchases_90d
        or customer_lifetime.expected_revenue_90d < 0
        or customer_lifetime.expected_revenue_365d < customer_lifetime.expected_revenue_90d
        or (
            customer_lifetime.p_alive is null
            and purchase_histories.customer_id is not null
            and accepted_model.models > 0
        )
        or (customer_lifetime.p_alive is not null and purchase_histories.customer_id is null)

)

select * from problems
