{#- The algorithms that the Python library knows. -#}
{% macro segment_algorithms() -%}
    {{- return([
        'kmeans', 'bisecting', 'ward', 'average', 'complete', 'centroid', 'dbscan', 'hdbscan', 'gaussian_mixture',
        'online_kmeans'
    ]) -}}
{%- endmacro %}
