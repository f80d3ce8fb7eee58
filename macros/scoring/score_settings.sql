{#- What a training round of the scores may do, as the Python library names it. Part of model_version. -#}
{% macro score_settings() -%}
    {{- return({
        'seed': var('score_seed') | int,
        'bins': var('score_bins') | int,
        'pair_bins': var('score_pair_bins') | int,
        'terms_max': var('score_terms_max') | int,
        'pairs': var('score_pairs') | int,
        'bags': var('score_bags') | int,
        'learning_rate': var('score_learning_rate') | float,
        'folds': var('score_folds') | int,
        'resamples': var('score_resamples') | int,
        'positives_min': var('score_positives_min') | int,
        'slope_min': var('score_slope_min') | float,
        'slope_max': var('score_slope_max') | float,
        'level_error_max': var('score_level_error_max') | float,
        'search_seconds': var('score_search_seconds') | float,
        'leak_auc_max': var('score_leak_auc_max') | float,
        'subgroup_error_max': var('score_subgroup_error_max') | float,
        'subgroup_rows_min': var('score_subgroup_rows_min') | int,
    }) -}}
{%- endmacro %}
