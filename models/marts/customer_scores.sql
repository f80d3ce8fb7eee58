with customer_scores_store as (

    select * from {{ coterie.published('customer_scores_store') }}

),

customer_scores as (

    select
        cast(customer_id as string) as customer_id,
        cast(as_of_date as date) as as_of_date,
        cast(churn_probability as double) as churn_probability,
        cast(churn_basis as string) as churn_basis,
        cast(rule_churn_probability as double) as rule_churn_probability,
        cast(churn_reason_1 as string) as churn_reason_1,
        cast(churn_reason_2 as string) as churn_reason_2,
        cast(churn_reason_3 as string) as churn_reason_3,
        cast(churn_model_version as string) as churn_model_version,
        cast(purchase_probability as double) as purchase_probability,
        cast(purchase_basis as string) as purchase_basis,
        cast(rule_purchase_probability as double) as rule_purchase_probability,
        cast(purchase_reason_1 as string) as purchase_reason_1,
        cast(purchase_reason_2 as string) as purchase_reason_2,
        cast(purchase_reason_3 as string) as purchase_reason_3,
        cast(purchase_model_version as string) as purchase_model_version,
        cast(p_alive as double) as p_alive,
        cast(expected_revenue_90d as double) as expected_revenue_90d,
        cast(expected_revenue_365d as double) as expected_revenue_365d,
        cast(lifetime_model_version as string) as lifetime_model_version,
        cast(model_version as string) as model_version
    from customer_scores_store

)

select * from customer_scores
