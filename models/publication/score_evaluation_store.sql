{{ config(pre_hook="{{ coterie.forget_candidate() }}", **coterie.replaced_by('publication_id')) }}

with

score_evaluation_figures as (

    select * from {{ ref('coterie', 'score_evaluation_figures') }}

),

stored as (

    select
        score_evaluation_figures.outcome,
        score_evaluation_figures.model_version,
        score_evaluation_figures.as_of_date,
        score_evaluation_figures.group_kind,
        score_evaluation_figures.group_name,
        score_evaluation_figures.customers,
        score_evaluation_figures.positives,
        score_evaluation_figures.share,
        score_evaluation_figures.mean_probability,
        score_evaluation_figures.level_error,
        score_evaluation_figures.auc,
        score_evaluation_figures.log_loss,
        score_evaluation_figures.brier,
        score_evaluation_figures.rule_mean_probability,
        score_evaluation_figures.rule_auc,
        score_evaluation_figures.rule_log_loss,
        score_evaluation_figures.rule_brier,
        score_evaluation_figures.revenue_next_90d,
        score_evaluation_figures.expected_revenue_90d,
        score_evaluation_figures.rule_revenue_90d,
        score_evaluation_figures.spearman,
        score_evaluation_figures.rule_spearman,
        score_evaluation_figures.normalised_gini,
        score_evaluation_figures.rule_normalised_gini,
        score_evaluation_figures.top_tenth_value_share,
        score_evaluation_figures.rule_top_tenth_value_share,
        {{ coterie.candidate_columns() }}
    from score_evaluation_figures
    {{ coterie.join_candidate() }}

)

select * from stored
