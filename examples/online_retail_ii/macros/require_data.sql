{#- Stops the run where the data set is missing, and says what to download and where to put it. -#}
{% macro require_data() -%}
    {%- if execute -%}
        {%- set folder = env_var('COTERIE_DATA', '../../../shared/data') -%}
        {%- set file = folder ~ '/online_retail_ii.parquet' -%}
        {%- set found = run_query("select count(*) from glob('" ~ dbt.escape_single_quotes(file) ~ "')").rows[0][0] -%}
        {%- if not found -%}
            {{ exceptions.raise_compiler_error(
                "Online Retail II is not at " ~ file ~ ". Download online_retail_II.xlsx from the UCI Machine Learning "
                ~ "Repository (doi 10.24432/C5CG6D, https://archive.ics.uci.edu/dataset/502/online+retail+ii), write it as "
                ~ "online_retail_ii.parquet with to_parquet.py of this example, and name its folder in the environment "
                ~ "variable COTERIE_DATA."
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
