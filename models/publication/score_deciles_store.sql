{{ config(pre_hook="{{ coterie.forget_candidate() }}", **coterie.replaced_by('publication_id')) }}

with

score_evaluation_deciles as (

    select * from {{ ref('coterie', 'score_evaluation_deciles') }}

),

stored as (

    select
        score_evaluation_deciles.outcome,
        score_evaluation_deciles.model_version,
        score_evaluation_deciles.as_of_date,
        score_evaluation_deciles.group_kind,
        score_evaluation_deciles.group_name,
        score_evaluation_deciles.decile,
        score_evaluation_deciles.customers,
        score_evaluation_deciles.positives,
        score_evaluation_deciles.lowest_probability,
        score_evaluation_deciles.highest_probability,
        score_evaluation_deciles.mean_probability,
        score_evaluation_deciles.share,
        score_evaluation_deciles.lift,
        score_evaluation_deciles.customers_share_so_far,
        score_evaluation_deciles.gain,
        score_evaluation_deciles.expected_revenue_90d,
        score_evaluation_deciles.revenue_next_90d,
        score_evaluation_deciles.value_captured,
        {{ coterie.candidate_columns() }}
    from score_evaluation_deciles
    {{ coterie.join_candidate() }}

)

select * from stored
