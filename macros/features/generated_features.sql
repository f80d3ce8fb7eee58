{#-
    The features whose columns follow a var, as model -> column -> meta. The YAML may describe such a column with
    meta of its own (`follows` names the var, `entry` the value in it); this is what the others get.
-#}
{%- macro generated_features() -%}
    {%- set basket = {} -%}
    {%- for category in var('basket_categories') -%}
        {%- do basket.update({'share_' ~ category ~ '_365d': {
            'family': 'basket', 'unit': 'share', 'label': 'share of ' ~ category ~ ' in spend',
            'impute': 'mean', 'segmentation': true, 'prediction': true
        }}) -%}
    {%- endfor -%}
    {%- set context = {} -%}
    {%- for content_type in var('content_types') -%}
        {%- do context.update({'share_content_' ~ content_type ~ '_365d': {
            'family': 'context', 'unit': 'share', 'label': 'share of ' ~ content_type ~ ' content in events',
            'impute': 'mean', 'prediction': true
        }}) -%}
    {%- endfor -%}
    {%- for channel in var('order_channels') -%}
        {%- do context.update({'share_orders_' ~ channel ~ '_365d': {
            'family': 'context', 'unit': 'share', 'label': 'share of orders by ' ~ channel,
            'impute': 'mean', 'prediction': true
        }}) -%}
    {%- endfor -%}
    {%- set psychographic = {} -%}
    {%- for scale in var('survey_scales') -%}
        {%- do psychographic.update({'scale_' ~ scale: {
            'family': 'psychographic', 'unit': 'points', 'label': scale | replace('_', ' ') ~ ' in surveys',
            'prediction': true
        }}) -%}
    {%- endfor -%}
    {%- set attributes = {} -%}
    {%- for feature in coterie.attribute_features() -%}
        {%- do attributes.update({feature.name: feature}) -%}
    {%- endfor -%}
    {{ return({
        'features_basket': basket,
        'features_context': context,
        'features_psychographic': psychographic,
        'features_attributes': attributes
    }) }}
{%- endmacro -%}
