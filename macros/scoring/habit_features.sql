{#- The shares that a typical channel or category is the largest of, as the vars have them: kind, feature and the phrase in each
    language for what the seed persona_phrases does not know, by its own name. -#}
{% macro habit_features() -%}
    {%- set habits = [] -%}
    {%- for channel in var('order_channels') -%}
        {%- set name = channel | replace('_', ' ') -%}
        {%- do habits.append({
            'kind': 'channel', 'feature': 'share_orders_' ~ channel ~ '_365d',
            'en': 'via ' ~ name, 'fr': 'via « ' ~ name ~ ' »'
        }) -%}
    {%- endfor -%}
    {%- for category in var('basket_categories') -%}
        {%- set name = category | replace('_', ' ') -%}
        {%- do habits.append({
            'kind': 'category', 'feature': 'share_' ~ category ~ '_365d', 'en': name, 'fr': '« ' ~ name ~ ' »'
        }) -%}
    {%- endfor -%}
    {{- return(habits) -}}
{%- endmacro %}
