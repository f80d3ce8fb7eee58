{{ config(pre_hook="{{ coterie.forget_candidate() }}", **coterie.replaced_by('publication_id')) }}

with

score_models as (

    select * from {{ ref('coterie', 'score_models') }}

),

score_trials as (

    select * from {{ ref('coterie', 'score_trials') }}

),

-- The figures of what was chosen; of a round without a choice, none.
chosen as (

    select * from score_trials
    where is_chosen

),

rules as (

    select * from score_trials
    where algorithm = 'rule'

),

yardsticks as (

    select * from score_trials
    where algorithm = 'boosting'

),

stored as (

    select
        score_models.outcome,
        score_models.model_version,
        score_models.decision_number,
        score_models.trained_at,
        score_models.as_of_date,
        score_models.last_training_date,
        score_models.evaluation_date,
        score_models.horizon_days,
        score_models.algorithm,
        score_models.terms,
        score_models.pairs,
        score_models.training_rows,
        score_models.positive_customers,
        score_models.negative_customers,
        score_models.label_share,
        score_models.evaluation_rows,
        score_models.status,
        chosen.auc,
        chosen.brier,
        chosen.log_loss,
        chosen.calibration_slope,
        chosen.calibration_slope_lower,
        chosen.calibration_slope_upper,
        chosen.level_error,
        rules.auc as rule_auc,
        rules.brier as rule_brier,
        yardsticks.auc as boosting_auc,
        yardsticks.brier as boosting_brier,
        score_models.decision,
        {{ coterie.candidate_columns() }}
    from score_models
    left join chosen
        on score_models.model_version = chosen.model_version
    left join rules
        on score_models.model_version = rules.model_version
    left join yardsticks
        on score_models.model_version = yardsticks.model_version
    {{ coterie.join_candidate() }}

)

select * from stored
