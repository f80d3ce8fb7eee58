{#- Limits of a training round of the lifetime model, as the Python library names them. Part of model_version. -#}
{% macro lifetime_settings() -%}
    {{- return({
        'repeat_customers_min': var('lifetime_repeat_customers_min') | int,
        'history_days_min': var('lifetime_history_days_min') | int,
        'value_ratio_min': var('lifetime_value_ratio_min') | float,
        'holdout_error_max': var('lifetime_holdout_error_max') | float,
    }) -}}
{%- endmacro %}
