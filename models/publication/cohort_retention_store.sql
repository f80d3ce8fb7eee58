{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

with cohort_figures as (

    select * from {{ ref('coterie', 'cohort_figures') }}

),

stored as (

    select
        cohort_figures.breakdown,
        cohort_figures.breakdown_value,
        cohort_figures.cohort_month,
        cohort_figures.period_unit,
        cohort_figures.period,
        cohort_figures.is_mature,
        cohort_figures.customers,
        cohort_figures.active,
        cohort_figures.retention,
        cohort_figures.revenue,
        cohort_figures.cumulative_revenue,
        cohort_figures.repeat_rate,
        cohort_figures.expected_retention,
        cohort_figures.expected_revenue,
        cohort_figures.expected_cumulative_revenue,
        {{ coterie.candidate_columns() }}
    from cohort_figures
    {{ coterie.join_candidate() }}

)

select * from stored
