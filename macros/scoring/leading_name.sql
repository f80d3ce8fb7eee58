{#- Plain rules of the dimensions of a customer. -#}

{#- The name of the largest of several figures, the first of equal ones: `otherwise` where the largest is not above zero,
    or does not reach a least share; 'unknown' where no figure is known.

    figures: mapping of name to column; least: share that the largest must reach, none for any. -#}
{% macro leading_name(figures, least, otherwise) -%}
    {%- if not figures -%}
    'unknown'
    {%- else -%}
    {%- set largest = [] -%}
    {%- for column in figures.values() -%}
        {%- do largest.append('coalesce(' ~ column ~ ', cast(-1 as double))') -%}
    {%- endfor -%}
    {%- set greatest = 'greatest(cast(-1 as double), ' ~ largest | join(', ') ~ ')' -%}
    case
            when {{ greatest }} < 0 then 'unknown'
            when {{ greatest }} = 0 then '{{ otherwise }}'
            {%- if least is not none %}
            when {{ greatest }} < {{ least }} then '{{ otherwise }}'
            {%- endif %}
            {%- for name, column in figures.items() %}
            when {{ column }} = {{ greatest }} then '{{ name }}'
            {%- endfor %}
        end
    {%- endif -%}
{%- endmacro %}

{#- Whether a share of the orders of 365 days is a habit: 'yes' from var dimension_habit_share on, 'unknown' below var
    dimension_habit_orders orders, where chance decides. -#}
{% macro has_habit(column) -%}
    case
            when coalesce(customer_features.orders_365d, 0) < {{ var('dimension_habit_orders') }} then 'unknown'
            when customer_features.{{ column }} is null then 'unknown'
            when customer_features.{{ column }} >= {{ var('dimension_habit_share') }} then 'yes'
            else 'no'
        end
{%- endmacro %}

{#- The figures that leading_name compares, each kind as a mapping of name to column. -#}
{% macro dimension_figures() -%}
    {%- set devices = {} -%}
    {%- for device in ['mobile', 'desktop', 'tablet'] -%}
        {%- do devices.update({device: 'customer_features.share_events_' ~ device ~ '_365d'}) -%}
    {%- endfor -%}
    {%- set channels = {} -%}
    {%- for channel in var('order_channels') -%}
        {%- do channels.update({channel: 'customer_features.share_orders_' ~ channel ~ '_365d'}) -%}
    {%- endfor -%}
    {%- set categories = {} -%}
    {%- for category in var('basket_categories') -%}
        {%- do categories.update({category: 'customer_features.share_' ~ category ~ '_365d'}) -%}
    {%- endfor -%}
    {%- set contents = {} -%}
    {%- for content_type in var('content_types') -%}
        {%- do contents.update({content_type: 'customer_features.share_content_' ~ content_type ~ '_365d'}) -%}
    {%- endfor -%}
    {%- set scales = {} -%}
    {%- for scale in var('survey_scales') -%}
        {%- do scales.update({scale: 'customer_features.scale_' ~ scale}) -%}
    {%- endfor -%}
    {{- return({
        'devices': devices,
        'channels': channels,
        'categories': categories,
        'contents': contents,
        'scales': scales
    }) -}}
{%- endmacro %}
