{#- Joins the candidate to a store's rows. A candidate that is already published (a store rebuilt
    on its own afterwards) yields no row: a publication is never written over. -#}
{% macro join_candidate() -%}
    cross join (
        select unpublished.publication_id
        from {{ ref('coterie', 'candidate') }} as unpublished
        where unpublished.publication_id > {{ coterie.last_publication_id() }}
    ) as candidate
{%- endmacro %}
