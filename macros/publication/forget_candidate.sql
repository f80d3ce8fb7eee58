{#- Pre-hook of a store that a publication may leave without a row. Rows are replaced by publication_id, so that what a
    refused build left under the next number would otherwise stand in the publication that takes it. -#}
{% macro forget_candidate() -%}
    {%- if is_incremental() -%}
        {{ coterie.delete_up_to(this, 'publication_id', coterie.last_publication_id(), '>') }}
    {%- endif -%}
{%- endmacro %}
