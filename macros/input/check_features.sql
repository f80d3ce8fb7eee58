{#- Stops if a var that speaks of features cannot be right: what it names must be there, and words that are compared
    with the data must not end the quotes they are put in. -#}
{% macro check_features() -%}
    {%- set no_quotes = "[^'" ~ '\\\\' ~ "]+" -%}
    {%- for scale, questions in var('survey_scales').items() -%}
        {%- if questions is string or questions is mapping or questions is not iterable -%}
            {%- do coterie.refuse_setting('survey_scales.' ~ scale, questions, 'a list of question keys') -%}
        {%- endif -%}
        {%- for question in questions -%}
            {%- do coterie.check_form(
                'survey_scales.' ~ scale ~ '[' ~ loop.index0 ~ ']', question, no_quotes,
                'a question key without quotes and backslashes'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for feature in coterie.attribute_features() -%}
        {%- set position = loop.index0 -%}
        {%- for key in ['attribute', 'unit'] -%}
            {%- do coterie.check_form(
                'attribute_features.' ~ key ~ '[' ~ position ~ ']', feature[key], no_quotes,
                'words without quotes and backslashes'
            ) -%}
        {%- endfor -%}
        {%- for category in feature.categories -%}
            {%- do coterie.check_form(
                'attribute_features.categories[' ~ position ~ ']', category | string, no_quotes,
                'words without quotes and backslashes'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set acts = ['active_day', 'cart_addition', 'open', 'click'] -%}
    {%- if var('engagement_points').keys() | sort != acts | sort -%}
        {%- do coterie.refuse_setting(
            'engagement_points', var('engagement_points'),
            'points for each of ' ~ acts | join(', ') ~ ' and nothing else'
        ) -%}
    {%- endif -%}
    {%- for act, points in var('engagement_points').items() -%}
        {%- do coterie.check_number('engagement_points.' ~ act, points, least=0) -%}
    {%- endfor -%}
    {#- dbt's graph is empty where nothing but a part of the project is there -#}
    {%- set features = coterie.feature_columns() | map(attribute='name') | list -%}
    {%- if features and var('segment_order_feature') not in features -%}
        {%- do coterie.refuse_setting(
            'segment_order_feature', var('segment_order_feature'),
            'a feature column of customer_features, such as revenue_365d'
        ) -%}
    {%- endif -%}
{%- endmacro %}
