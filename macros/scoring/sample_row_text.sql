{#- Every value of a sample row that goes into a fit, as one text: what model_version is a hash of. -#}
{% macro sample_row_text(alias) -%}
    {{ alias }}.customer_id
    {%- for name in coterie.segmentation_features() | map(attribute='name') | list + [var('segment_order_feature')] %}
    || '|' || coalesce(
        cast({{ coterie.try_cast(alias ~ '.' ~ name, 'decimal(38, 9)') }} as {{ dbt.type_string() }}), ''
    )
    {%- endfor -%}
{%- endmacro %}
