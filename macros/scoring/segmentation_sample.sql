{#- The rows a training round learns from: the md5-bucket sample at the current as_of_date, as far as there is
    enough data. A subquery, because three models read the sample and none of them may read another one. -#}
{% macro segmentation_sample() -%}
    (
        select customer_features.*
        from {{ ref('coterie', 'customer_features') }} as customer_features
        where
            customer_features.is_current
            and customer_features.is_in_sample
            and {{ coterie.has_enough_data('customer_features') }}
    )
{%- endmacro %}
