{#- The features that scores are learnt from: those whose column meta says `prediction: true`, in the order of
    feature_columns(), each with its position (from 1). -#}
{% macro prediction_features() -%}
    {%- set features = [] -%}
    {%- for column in coterie.feature_columns() if column.prediction -%}
        {%- do features.append(dict(column, position=features | length + 1)) -%}
    {%- endfor -%}
    {{- return(features) -}}
{%- endmacro %}

{#- Those features of one row as a list of doubles, missing ones null: what is learnt from and what is scored. -#}
{% macro prediction_values(alias) -%}
    {%- set values = ['cast(null as double)'] if not coterie.prediction_features() else [] -%}
    {%- for feature in coterie.prediction_features() -%}
        {%- do values.append(coterie.finite_number(alias ~ '.' ~ feature.name)) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- Those features as decimals, a list of columns prediction_1 and so on: what prediction_row_text reads. -#}
{% macro prediction_decimals(alias) -%}
    {%- set columns = [] -%}
    {%- for feature in coterie.prediction_features() -%}
        {%- do columns.append(
            coterie.to_decimal(alias ~ '.' ~ feature.name, 36, 9) ~ ' as prediction_' ~ feature.position
        ) -%}
    {%- endfor -%}
    {{- return(columns or ['cast(null as decimal(36, 9)) as prediction_1']) -}}
{%- endmacro %}

{#- Every value of a row that goes into a fit, as one text; alias: of a row with the columns of prediction_decimals, for a text
    repeats what it is made of. Joined at once: a chain of `||` copies the text for each feature. -#}
{% macro prediction_row_text(alias) -%}
    concat_ws(
        '|',
        {{ alias }}.customer_id
        {%- for feature in coterie.prediction_features() %},
        coalesce({{ coterie.decimal_text(alias ~ '.prediction_' ~ feature.position) }}, '')
        {%- endfor %}
    )
{%- endmacro %}

{#- Hash of the ordered features, of what the labels mean and how models are judged: what a frozen model must agree on with the YAML and the vars of
    today. -#}
{% macro prediction_hash(outcome) -%}
    {%- set parts = [outcome.outcome, outcome.horizon, outcome.label, var('churn_active_days') | int, var('score_split')] -%}
    {%- for feature in coterie.prediction_features() -%}
        {%- do parts.append(([feature.name] + feature.get('categories', [])) | join('|')) -%}
    {%- endfor -%}
    {{- return(local_md5(parts | join('\n'))) -}}
{%- endmacro %}
