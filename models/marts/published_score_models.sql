{{ config(alias='score_models') }}

with score_models_store as (

    select * from {{ coterie.published('score_models_store') }}

),

score_models as (

    select
        cast(outcome as string) as outcome,
        cast(model_version as string) as model_version,
        cast(decision_number as bigint) as decision_number,
        cast(trained_at as timestamp) as trained_at,
        cast(as_of_date as date) as as_of_date,
        cast(last_training_date as date) as last_training_date,
        cast(evaluation_date as date) as evaluation_date,
        cast(horizon_days as int) as horizon_days,
        cast(algorithm as string) as algorithm,
        cast(terms as int) as terms,
        cast(pairs as int) as pairs,
        cast(training_rows as bigint) as training_rows,
        cast(positive_customers as bigint) as positive_customers,
        cast(negative_customers as bigint) as negative_customers,
        cast(label_share as double) as label_share,
        cast(evaluation_rows as bigint) as evaluation_rows,
        cast(status as string) as status,
        cast(auc as double) as auc,
        cast(brier as double) as brier,
        cast(log_loss as double) as log_loss,
        cast(calibration_slope as double) as calibration_slope,
        cast(calibration_slope_lower as double) as calibration_slope_lower,
        cast(calibration_slope_upper as double) as calibration_slope_upper,
        cast(level_error as double) as level_error,
        cast(rule_auc as double) as rule_auc,
        cast(rule_brier as double) as rule_brier,
        cast(boosting_auc as double) as boosting_auc,
        cast(boosting_brier as double) as boosting_brier,
        cast(decision as string) as decision
    from score_models_store

)

select * from score_models
