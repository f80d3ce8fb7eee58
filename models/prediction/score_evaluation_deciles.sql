{%- set keys = ['outcome', 'model_version', 'as_of_date', 'group_kind', 'group_name'] -%}
{%- set group_kinds = ['all', 'segment', 'region', 'age_band'] -%}
with

score_backtest as (

    select * from {{ ref('coterie', 'score_backtest') }}

),

lifetime_backtest as (

    select * from {{ ref('coterie', 'lifetime_backtest') }}

),

backtests as (

    select
        outcome,
        model_version,
        as_of_date,
        segment,
        region,
        age_band,
        customer_id,
        cast(label as int) as label,
        probability,
        cast(null as decimal(18, 4)) as expected_revenue_90d,
        revenue_next_90d
    from score_backtest

    union all

    select
        'revenue' as outcome,
        model_version,
        as_of_date,
        segment,
        region,
        age_band,
        customer_id,
        cast(null as int) as label,
        cast(null as double) as probability,
        expected_revenue_90d,
        revenue_next_90d
    from lifetime_backtest

),

grouped as (
    {% for kind in group_kinds %}
    select
        outcome,
        model_version,
        as_of_date,
        '{{ kind }}' as group_kind,
        {{ "'all'" if kind == 'all' else kind }} as group_name,
        customer_id,
        label,
        probability,
        expected_revenue_90d,
        revenue_next_90d
    from backtests
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- The first decile holds the highest probabilities or expected revenues; equal ones are told apart by the customer, so
-- that every run cuts alike.
ranked as (

    select
        *,
        ntile(10) over (
            partition by {{ keys | join(', ') }}
            order by probability desc, expected_revenue_90d desc, customer_id asc
        ) as decile
    from grouped

),

sums as (

    select
        {{ keys | join(', ') }},
        decile,
        count(*) as customers,
        cast(sum(label) as bigint) as positives,
        sum({{ coterie.to_decimal('probability', 18, 15) }}) as probabilities,
        min(probability) as lowest_probability,
        max(probability) as highest_probability,
        sum(expected_revenue_90d) as expected_revenue_90d,
        sum(coalesce(revenue_next_90d, 0)) as revenue_next_90d
    from ranked
    group by {{ keys | join(', ') }}, decile

),

cumulated as (

    select
        *,
        sum(customers) over (
            partition by {{ keys | join(', ') }} order by decile rows between unbounded preceding and current row
        ) as customers_so_far,
        sum(positives) over (
            partition by {{ keys | join(', ') }} order by decile rows between unbounded preceding and current row
        ) as positives_so_far,
        sum(revenue_next_90d) over (
            partition by {{ keys | join(', ') }} order by decile rows between unbounded preceding and current row
        ) as revenue_so_far,
        sum(customers) over (partition by {{ keys | join(', ') }}) as all_customers,
        sum(positives) over (partition by {{ keys | join(', ') }}) as all_positives,
        sum(revenue_next_90d) over (partition by {{ keys | join(', ') }}) as all_revenue
    from sums

),

deciles as (

    select
        {{ keys | join(', ') }},
        decile,
        customers,
        positives,
        lowest_probability,
        highest_probability,
        {{ coterie.divide('probabilities', 'customers') }} as mean_probability,
        {{ coterie.divide('positives', 'customers') }} as share,
        {{ coterie.divide('positives', 'customers') }}
        / nullif({{ coterie.divide('all_positives', 'all_customers') }}, 0) as lift,
        {{ coterie.divide('customers_so_far', 'all_customers') }} as customers_share_so_far,
        {{ coterie.divide('positives_so_far', 'all_positives') }} as gain,
        cast(expected_revenue_90d as decimal(38, 4)) as expected_revenue_90d,
        cast(revenue_next_90d as decimal(18, 4)) as revenue_next_90d,
        {{ coterie.divide('revenue_so_far', 'all_revenue') }} as value_captured
    from cumulated

)

select * from deciles
