{#- Every value of a sample row that goes into a fit, as one text: what model_version is a hash of. -#}
{% macro sample_row_text(alias) -%}
    {{ alias }}.customer_id
    {%- for name in coterie.segmentation_features() | map(attribute='name') | list + [var('segment_order_feature')] %}
    || '|' || coalesce(
        {{ coterie.decimal_text(coterie.to_decimal(alias ~ '.' ~ name, 36, 9)) }}, ''
    )
    {%- endfor -%}
{%- endmacro %}
