{#- Which run filled a row. dbt's invocation_id unless var build_id is set: `dbt retry` and
    orchestrators that start one process per model must pass the same value to each of them,
    or the stores will (rightly) not look as if one build had filled them. -#}
{% macro build_id() -%}
    {{- return(coterie.text_literal(var('build_id', '') or invocation_id)) -}}
{%- endmacro %}
