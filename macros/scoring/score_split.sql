{#- Which rows a model is judged on, and which it learns from: by time, or, where nothing has a date (var score_split), a fifth
    of the customers by the md5 of their id. -#}

{#- Whether a row with a label is for evaluation. -#}
{% macro is_evaluation_row(as_of_date, evaluation_date, customer_id) -%}
    {{ as_of_date }} = {{ evaluation_date }}
    {%- if var('score_split') == 'customers' %}
        and {{ coterie.md5_bucket(customer_id ~ " || '|split'") }} % 5 = 0
    {%- endif -%}
{%- endmacro %}

{#- Whether a row with a label is learnt from: its outcome was known on the evaluation date. -#}
{% macro is_training_row(as_of_date, evaluation_date, customer_id, horizon_days) -%}
    {%- if var('score_split') == 'customers' -%}
        {{ as_of_date }} = {{ evaluation_date }}
        and {{ coterie.md5_bucket(customer_id ~ " || '|split'") }} % 5 <> 0
    {%- else -%}
        {{ dbt.datediff(as_of_date, evaluation_date, 'day') }} >= {{ horizon_days }}
    {%- endif -%}
{%- endmacro %}
