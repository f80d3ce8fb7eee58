-- noqa: disable=LT02
{% set churn_days = var('churn_horizon_days') | int %}
{% set purchase_days = var('purchase_horizon_days') | int %}
with

score_population as (

    select * from {{ ref('coterie', 'score_population') }}
    where not is_current and is_in_sample

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

customer_days as (

    select * from {{ ref('coterie', 'customer_days') }}
    where orders <> 0

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

-- Strictly after as_of_date, and as it was known on the last day of the window: what is returned later was bought all
-- the same as far as anybody could tell then, and a label never changes.
later_days as (

    select
        score_population.customer_id,
        score_population.as_of_date,
        customer_days.activity_date,
        {%- for days in [churn_days, purchase_days] | unique %}
        sum(
            case
                when
                    {{ dbt.datediff('score_population.as_of_date', 'customer_days.activity_date', 'day') }} <= {{ days }} -- noqa: LT05
                    and {{ dbt.datediff('score_population.as_of_date', 'customer_days.known_date', 'day') }} <= {{ days }} -- noqa: LT05
                    then customer_days.orders
            end
        ) as orders_{{ days }},
        {%- endfor %}
        {%- for days in [90, 365] %}
        sum(
            case
                when
                    {{ dbt.datediff('score_population.as_of_date', 'customer_days.activity_date', 'day') }} <= {{ days }} -- noqa: LT05
                    and {{ dbt.datediff('score_population.as_of_date', 'customer_days.known_date', 'day') }} <= {{ days }} -- noqa: LT05
                    then customer_days.revenue
            end
        ) as revenue_{{ days }}_days{{ ',' if not loop.last }}
        {%- endfor %}
    from score_population
    inner join customer_days
        on
            score_population.customer_id = customer_days.customer_id
            and score_population.as_of_date < customer_days.activity_date
            and {{ dbt.datediff('score_population.as_of_date', 'customer_days.activity_date', 'day') }}
            <= {{ [churn_days, purchase_days, 365] | max }}
    group by score_population.customer_id, score_population.as_of_date, customer_days.activity_date

),

later as (

    select
        customer_id,
        as_of_date,
        {%- for days in [churn_days, purchase_days] | unique %}
        max(case when orders_{{ days }} > 0 then 1 else 0 end) as has_order_{{ days }},
        {%- endfor %}
        sum(revenue_90_days) as revenue_90_days,
        sum(revenue_365_days) as revenue_365_days
    from later_days
    group by customer_id, as_of_date

),

-- How many days of the future of each date are over.
windows as (

    select
        score_population.*,
        contract_ends.ended_on,
        {{ dbt.datediff('score_population.as_of_date', 'as_of_dates.as_of_date', 'day') }} as days_seen -- noqa: LT05
    from score_population
    cross join as_of_dates
    left join contract_ends
        on score_population.customer_id = contract_ends.customer_id

),

score_labels as (

    select
        windows.customer_id,
        windows.as_of_date,
        windows.is_active,
        windows.has_contract,
        windows.is_known_by_deeds,
        case
            when windows.is_active and windows.days_seen >= {{ churn_days }}
                then 1 - coalesce(later.has_order_{{ churn_days }}, 0)
        end as has_lapsed,
        case
            when windows.has_contract and windows.days_seen >= {{ churn_days }}
                then case
                    when {{ dbt.datediff('windows.as_of_date', 'windows.ended_on', 'day') }} -- noqa: LT05
                        <= {{ churn_days }}
                        then 1
                    else 0
                end
        end as has_left,
        case
            when windows.is_known_by_deeds and windows.days_seen >= {{ purchase_days }}
                then coalesce(later.has_order_{{ purchase_days }}, 0)
        end as has_bought,
        case when windows.days_seen >= 90 then coalesce(later.revenue_90_days, 0) end as revenue_next_90d,
        case when windows.days_seen >= 365 then coalesce(later.revenue_365_days, 0) end as revenue_next_365d
    from windows
    left join later
        on
            windows.customer_id = later.customer_id
            and windows.as_of_date = later.as_of_date

)

select * from score_labels
