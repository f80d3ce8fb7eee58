{#- What a training round of the segmentation may do, as the Python library names it. Part of model_version. -#}
{% macro segmentation_settings() -%}
    {{- return({
        'seed': var('segment_seed') | int,
        'variance_share': var('segment_variance_share') | float,
        'k_screened_min': var('segment_k_screened_min') | int,
        'k_screened_max': var('segment_k_screened_max') | int,
        'k_min': var('segment_k_min') | int,
        'k_max': var('segment_k_max') | int,
        'initialisations': var('segment_initialisations') | int,
        'resamples': var('segment_resamples') | int,
        'resample_rows': var('segment_resample_rows') | int,
        'jaccard_min': var('segment_jaccard_min') | float,
        'share_min': var('segment_share_min') | float,
        'silhouette_rows': var('segment_silhouette_rows') | int,
        'rows_min': var('segment_rows_min') | int,
    }) -}}
{%- endmacro %}
