{{ config(**coterie.replaced_by('publication_id')) }}

with golden_records as (

    select * from {{ ref('coterie', 'golden_records') }}

),

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

customer_days as (

    select * from {{ ref('coterie', 'customer_days') }}

),

places as (

    select * from {{ ref('coterie', 'stg_places') }}

),

-- Acts of the customer, each on the day it happened: an order, a visit, a message opened or clicked.
act_days as (

    select
        customer_id,
        activity_date as act_date,
        known_date
    from customer_days
    where orders_placed > 0 or events > 0

    union all

    select
        customer_id,
        known_date as act_date,
        known_date
    from customer_days
    where messages_opened > 0 or messages_clicked > 0

),

last_acts as (

    select
        customer_features.customer_id,
        cast(max(act_days.act_date) as timestamp) as last_act_at
    from customer_features
    inner join act_days
        on
            customer_features.customer_id = act_days.customer_id
            and customer_features.as_of_date >= act_days.act_date
            and customer_features.as_of_date >= act_days.known_date
    group by customer_features.customer_id

),

lifecycle_stages as (

    select * from {{ ref('coterie', 'lifecycle_stages') }}

),

stored as (

    select
        customer_features.customer_id,
        golden_records.first_seen_at,
        greatest(
            golden_records.first_seen_at, coalesce(last_acts.last_act_at, golden_records.first_seen_at)
        ) as last_seen_at,
        golden_records.contact_count,
        golden_records.country,
        coalesce(golden_records.region, places.region) as region,
        lifecycle_stages.lifecycle_stage,
        customer_features.orders_total as orders,
        customer_features.revenue_total as revenue,
        {{ coterie.candidate_columns() }}
    from customer_features
    left join golden_records
        on customer_features.customer_id = golden_records.customer_id
    left join places
        on
            golden_records.country = places.country
            and golden_records.postal_code = places.postal_code
    left join last_acts
        on customer_features.customer_id = last_acts.customer_id
    left join lifecycle_stages
        on customer_features.customer_id = lifecycle_stages.customer_id
    {{ coterie.join_candidate() }}

)

select * from stored
