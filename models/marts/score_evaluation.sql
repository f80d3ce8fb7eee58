with score_evaluation_store as (

    select * from {{ coterie.published('score_evaluation_store') }}

),

score_evaluation as (

    select
        cast(outcome as string) as outcome,
        cast(model_version as string) as model_version,
        cast(as_of_date as date) as as_of_date,
        cast(group_kind as string) as group_kind,
        cast(group_name as string) as group_name,
        cast(customers as bigint) as customers,
        cast(positives as bigint) as positives,
        cast(share as double) as share,
        cast(mean_probability as double) as mean_probability,
        cast(level_error as double) as level_error,
        cast(auc as double) as auc,
        cast(log_loss as double) as log_loss,
        cast(brier as double) as brier,
        cast(rule_mean_probability as double) as rule_mean_probability,
        cast(rule_auc as double) as rule_auc,
        cast(rule_log_loss as double) as rule_log_loss,
        cast(rule_brier as double) as rule_brier,
        cast(revenue_next_90d as decimal(38, 4)) as revenue_next_90d,
        cast(expected_revenue_90d as decimal(38, 4)) as expected_revenue_90d,
        cast(rule_revenue_90d as decimal(38, 4)) as rule_revenue_90d,
        cast(spearman as double) as spearman,
        cast(rule_spearman as double) as rule_spearman,
        cast(normalised_gini as double) as normalised_gini,
        cast(rule_normalised_gini as double) as rule_normalised_gini,
        cast(top_tenth_value_share as double) as top_tenth_value_share,
        cast(rule_top_tenth_value_share as double) as rule_top_tenth_value_share
    from score_evaluation_store

)

select * from score_evaluation
