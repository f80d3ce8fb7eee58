with score_deciles_store as (

    select * from {{ coterie.published('score_deciles_store') }}

),

score_deciles as (

    select
        cast(outcome as string) as outcome,
        cast(model_version as string) as model_version,
        cast(as_of_date as date) as as_of_date,
        cast(group_kind as string) as group_kind,
        cast(group_name as string) as group_name,
        cast(decile as int) as decile,
        cast(customers as bigint) as customers,
        cast(positives as bigint) as positives,
        cast(lowest_probability as double) as lowest_probability,
        cast(highest_probability as double) as highest_probability,
        cast(mean_probability as double) as mean_probability,
        cast(share as double) as share,
        cast(lift as double) as lift,
        cast(customers_share_so_far as double) as customers_share_so_far,
        cast(gain as double) as gain,
        cast(expected_revenue_90d as decimal(38, 4)) as expected_revenue_90d,
        cast(revenue_next_90d as decimal(38, 4)) as revenue_next_90d,
        cast(value_captured as double) as value_captured
    from score_deciles_store

)

select * from score_deciles
