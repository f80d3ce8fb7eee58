{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

with lifetime_models as (

    select * from {{ ref('coterie', 'lifetime_models') }}

),

lifetime_parameters as (

    select * from {{ ref('coterie', 'lifetime_parameters') }}
    where purpose = 'scoring'

),

stored as (

    select
        lifetime_models.model_version,
        lifetime_models.decision_number,
        lifetime_models.trained_at,
        lifetime_models.as_of_date,
        lifetime_models.sample_size,
        lifetime_models.status,
        {%- for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'gamma'] %}
        lifetime_parameters.{{ parameter }},
        lifetime_parameters.{{ parameter }}_error,
        {%- endfor %}
        lifetime_parameters.log_likelihood,
        lifetime_parameters.value_log_likelihood,
        lifetime_models.holdout_days,
        lifetime_models.holdout_purchases,
        lifetime_models.holdout_predicted,
        lifetime_models.model_error,
        lifetime_models.rule_error,
        lifetime_models.decision,
        {{ coterie.candidate_columns() }}
    from lifetime_models
    left join lifetime_parameters
        on lifetime_models.model_version = lifetime_parameters.model_version
    {{ coterie.join_candidate() }}

)

select * from stored
