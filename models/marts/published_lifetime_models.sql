{{ config(alias='lifetime_models') }}

with lifetime_models_store as (

    select * from {{ coterie.published('lifetime_models_store') }}

),

lifetime_models as (

    select
        cast(model_version as string) as model_version,
        cast(decision_number as bigint) as decision_number,
        cast(trained_at as timestamp) as trained_at,
        cast(as_of_date as date) as as_of_date,
        cast(sample_size as bigint) as sample_size,
        cast(status as string) as status,
        {%- for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'gamma'] %}
        cast({{ parameter }} as double) as {{ parameter }},
        cast({{ parameter }}_error as double) as {{ parameter }}_error,
        {%- endfor %}
        cast(log_likelihood as double) as log_likelihood,
        cast(value_log_likelihood as double) as value_log_likelihood,
        cast(holdout_days as bigint) as holdout_days,
        cast(holdout_purchases as double) as holdout_purchases,
        cast(holdout_predicted as double) as holdout_predicted,
        cast(model_error as double) as model_error,
        cast(rule_error as double) as rule_error,
        cast(decision as string) as decision
    from lifetime_models_store

)

select * from lifetime_models
