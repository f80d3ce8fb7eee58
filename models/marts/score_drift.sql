with score_drift_store as (

    select * from {{ coterie.published('score_drift_store') }}

),

score_drift as (

    select
        cast(outcome as string) as outcome,
        cast(model_version as string) as model_version,
        cast(evaluation_date as date) as evaluation_date,
        cast(as_of_date as date) as as_of_date,
        cast(customers_then as bigint) as customers_then,
        cast(customers as bigint) as customers,
        cast(mean_probability_then as double) as mean_probability_then,
        cast(mean_probability as double) as mean_probability,
        cast(psi as double) as psi,
        cast(psi_limit as double) as psi_limit,
        cast(has_drifted as boolean) as has_drifted
    from score_drift_store

)

select * from score_drift
