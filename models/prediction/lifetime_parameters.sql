{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

lifetime_fits as (

    select * from {{ ref('coterie', 'lifetime_fits') }}

),

lifetime_parameters as (

    select
        model_version,
        purpose,
        {%- for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'gamma'] %}
        {{ parameter }},
        {{ parameter }}_error,
        {%- endfor %}
        log_likelihood,
        value_log_likelihood
    from lifetime_fits
    where part = 'parameters'

)

select * from lifetime_parameters
