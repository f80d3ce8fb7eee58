{#- The rows of a store that belong to the last publication: what every mart selects from. -#}
{% macro published(store_name) -%}
    (
        select store.*
        from {{ ref('coterie', store_name) }} as store
        where store.publication_id = (
            select max(publications.publication_id)
            from {{ ref('coterie', 'publications') }} as publications
        )
    ) as {{ store_name }}
{%- endmacro %}
