{#- Stops the run where the data set is missing, and says what to download and where to put it. -#}
{% macro require_data() -%}
    {%- if execute -%}
        {%- set folder = env_var('COTERIE_DATA', '../../../shared/data') -%}
        {%- set file = folder ~ '/telco_churn.parquet' -%}
        {%- set found = run_query("select count(*) from glob('" ~ dbt.escape_single_quotes(file) ~ "')").rows[0][0] -%}
        {%- if not found -%}
            {{ exceptions.raise_compiler_error(
                "The Telco churn data set is not at " ~ file ~ ". Download WA_Fn-UseC_-Telco-Customer-Churn.csv, a sample "
                ~ "of IBM (https://www.kaggle.com/datasets/blastchar/telco-customer-churn), write it as telco_churn.parquet "
                ~ "with to_parquet.py of this example, and name its folder in the environment variable COTERIE_DATA."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
