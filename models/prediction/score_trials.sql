{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

score_fits as (

    select * from {{ ref('coterie', 'score_fits') }}

),

score_trials as (

    select
        outcome,
        algorithm,
        terms,
        pairs,
        auc,
        brier,
        log_loss,
        calibration_slope,
        calibration_slope_lower,
        calibration_slope_upper,
        level_error,
        worst_subgroup,
        worst_subgroup_error,
        {%- for rival in ['rule', 'scorecard'] %}
        {%- for figure in ['auc', 'brier'] %}
        {%- for suffix in ['', '_lower', '_upper'] %}
        {{ figure }}_gain_over_{{ rival }}{{ suffix }},
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
        is_chosen,
        reason,
        model_version
    from score_fits
    where part = 'trial'

)

select * from score_trials
