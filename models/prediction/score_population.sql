with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}

),

golden_records as (

    select * from {{ ref('coterie', 'golden_records') }}

),

identities as (

    select * from {{ ref('coterie', 'customer_identities') }}

),

outcomes as (

    select * from {{ ref('coterie', 'stg_outcomes') }}

),

contract_ends as (

    select
        identities.customer_id,
        cast(min(outcomes.ended_at) as date) as ended_on
    from outcomes
    inner join identities
        on
            outcomes.source_system = identities.source_system
            and outcomes.contact_key = identities.contact_key
    group by identities.customer_id

),

-- What was usual in this shop on that day stands in for customers with too few gaps of their own.
usual_gaps as (

    select
        as_of_date,
        coalesce(
            percentile_disc(0.5) within group (order by mean_days_between_orders),
            {{ var('lifecycle_default_gap_days') }}
        ) as days_between_orders
    from customer_features
    group by as_of_date

),

thresholds as (

    select
        as_of_date,
        percentile_disc(0.8) within group (
            order by case when orders_365d > 0 then {{ coterie.finite_number('revenue_365d') }} end
        ) as high_revenue
    from customer_features
    group by as_of_date

),

described as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,
        customer_features.is_current,
        customer_features.is_in_sample,
        coalesce(customer_features.days_since_last_order < {{ var('churn_active_days') }}, false) as is_active,
        contract_ends.ended_on is null or contract_ends.ended_on > customer_features.as_of_date as has_contract,
        coalesce({{ coterie.has_enough_data('customer_features') }}, false) as is_known_by_deeds,
        {{ coterie.expected_order_gap('customer_features', 'usual_gaps.days_between_orders') }}
            as expected_days_between_orders,
        -- Somebody without an order has been silent for as long as we know them.
        coalesce(customer_features.days_since_last_order, customer_features.tenure_days, 0) as days_silent,
        {{ coterie.rule_segment() }} as segment,
        case when golden_records.location_known_on <= customer_features.as_of_date then golden_records.region end
            as region,
        {{ coterie.age_band('customer_features.age_years') }} as age_band
    from customer_features
    inner join usual_gaps
        on customer_features.as_of_date = usual_gaps.as_of_date
    inner join thresholds
        on customer_features.as_of_date = thresholds.as_of_date
    left join golden_records
        on customer_features.customer_id = golden_records.customer_id
    left join contract_ends
        on customer_features.customer_id = contract_ends.customer_id

),

-- The rule of thumb: the next order comes at the pace of the longer of the own gap and the present silence, and waiting
-- for it forgets nothing (exponential).
score_population as (

    select
        customer_id,
        as_of_date,
        is_current,
        is_in_sample,
        is_active,
        has_contract,
        is_known_by_deeds,
        expected_days_between_orders,
        days_silent,
        exp(
            -cast({{ var('churn_horizon_days') }} as double)
            / greatest(cast(expected_days_between_orders as double), cast(days_silent as double))
        ) as rule_churn_probability,
        1 - exp(
            -cast({{ var('purchase_horizon_days') }} as double)
            / greatest(cast(expected_days_between_orders as double), cast(days_silent as double))
        ) as rule_purchase_probability,
        segment,
        region,
        age_band
    from described

)

select * from score_population
