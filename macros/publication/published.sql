{#- The rows of a store that belong to the last publication: what every mart selects from. `in`, not `=`: DuckDB 2.0 gives all
    rows for `limit 10` over a view that compares with a subquery of one row. -#}
{% macro published(store_name) -%}
    (
        select store.*
        from {{ ref('coterie', store_name) }} as store
        where store.publication_id in (
            select max(publications.publication_id)
            from {{ ref('coterie', 'publications') }} as publications
        )
    ) as {{ store_name }}
{%- endmacro %}
