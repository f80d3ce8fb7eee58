{#- The two columns every store row carries; `join_candidate` supplies the first. -#}
{% macro candidate_columns() -%}
    candidate.publication_id,
        {{ coterie.build_id() }} as build_id
{%- endmacro %}
