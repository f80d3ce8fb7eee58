{#- The rows of a store that belong to the last publication: what every mart selects from. `in`, not `=`: over a view that
    compares with a subquery of one row, DuckDB 2.0 gives all rows for `limit 10`, and wrong sums where they are sorted
    or compared (sum(orders) order by 1). -#}
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
