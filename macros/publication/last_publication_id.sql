{#- Id of the last publication, 0 before the first: a scalar subquery for the models that stand
    before `publications` in the graph and so cannot ref it. -#}
{% macro last_publication_id() -%}
    (
        select coalesce(max(earlier.publication_id), 0)
        from {{ coterie.previous('publications', {'publication_id': 'bigint'}) }} as earlier
    )
{%- endmacro %}
