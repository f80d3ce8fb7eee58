{#- Stops if a var that is a number lies outside the range in which it means something, or lies above the var that it
    must not exceed. -#}
{% macro check_numbers() -%}
    {#- least, most (none: no limit), whether it is a whole number; a sample above 100,000 comes near what a Python model
        may read (ROWS_MAX in src/coterie/frames.py), a map of more than 5,000 takes minutes -#}
    {%- set ranges = {
        'history_months': [0, none, true],
        'identity_rounds': [1, none, true],
        'identity_max_contacts_per_key': [2, none, true],
        'sample_customers': [1, 100000, true],
        'rainy_day_mm': [0, none, false],
        'city_population': [0, none, true],
        'lifecycle_cooling_gaps': [0, none, false],
        'lifecycle_lapsed_gaps': [0, none, false],
        'lifecycle_new_days': [0, none, true],
        'lifecycle_min_orders': [2, none, true],
        'lifecycle_shortest_gap_days': [0, none, false],
        'lifecycle_default_gap_days': [0, none, false],
        'lifetime_repeat_customers_min': [10, none, true],
        'lifetime_history_days_min': [1, none, true],
        'lifetime_value_ratio_min': [1.001, none, false],
        'lifetime_holdout_days': [1, none, true],
        'lifetime_holdout_error_max': [0, none, false],
        'lifetime_age_max_days': [1, none, true],
        'lifetime_retry_days': [0, none, true],
        'lifetime_discount_rate': [0, none, false],
        'segment_seed': [0, none, true],
        'segment_variance_share': [0.01, 1, false],
        'segment_k_screened_min': [2, none, true],
        'segment_k_screened_max': [2, none, true],
        'segment_k_min': [2, none, true],
        'segment_k_max': [2, none, true],
        'segment_initialisations': [1, none, true],
        'segment_resamples': [1, none, true],
        'segment_resample_rows': [100, none, true],
        'segment_probe_resamples': [1, none, true],
        'segment_probe_margin': [0, 1, false],
        'segment_examined_full': [1, none, true],
        'segment_examined_max': [1, none, true],
        'segment_jaccard_min': [0, 1, false],
        'segment_ari_min': [0, 1, false],
        'segment_share_min': [0, 1, false],
        'segment_unassigned_max': [0, 1, false],
        'segment_leaves_per_segment': [1, none, true],
        'segment_fidelity_min': [0, 1, false],
        'segment_agreement_min': [0, 1, false],
        'segment_prototypes_max': [1, none, true],
        'segment_better_by': [0, 1, false],
        'segment_cold_gain': [0, 1, false],
        'segment_more_by': [0, 1, false],
        'segment_kept_jaccard': [0, 1, false],
        'segment_part_share': [0, 1, false],
        'segment_parts_together': [0, 1, false],
        'segment_part_drawn': [0, 1, false],
        'segment_silhouette_rows': [1, none, true],
        'segment_null_draws': [1, none, true],
        'segment_silhouette_gap_min': [0, 1, false],
        'segment_gap_draws': [1, none, true],
        'segment_rows_min': [1, none, true],
        'segment_macro_count': [2, 3, true],
        'segment_map_rows': [0, 5000, true],
        'segment_age_max_days': [1, none, true],
        'segment_retry_days': [0, none, true],
        'drift_psi_min': [0, none, false],
        'drift_alpha': [0.000001, 0.5, false],
        'drift_customers_min': [1, none, true],
        'drift_features_max': [1, none, true],
        'drift_share_ratio': [1, none, false],
        'drift_share_z': [0, none, false],
        'stayers_min': [0, 1, false],
        'outlier_iqr_factor': [0, none, false],
        'outlier_z_limit': [0, none, false],
        'impute_neighbours': [1, none, true],
        'impute_donors': [1, 5000, true],
        'impute_ridge_penalty': [0, none, false],
        'feature_missing_share_max': [0, 1, false],
        'segment_trait_z_min': [0, none, false],
        'segment_trait_known_min': [0, 1, false],
        'segment_name_congruence_min': [-1, 1, false],
        'segment_value_high_index': [100, none, false],
        'segment_value_low_index': [0, 100, false],
        'segment_trend_factor': [1, none, false],
        'rules_recent_days': [0, none, true],
        'rules_lapsed_days': [0, none, true],
        'rules_regular_orders': [1, none, true],
        'town_population': [0, none, true],
        'dimension_habit_share': [0.5, 1, false],
        'dimension_habit_orders': [1, none, true],
        'dimension_frequent_orders': [1, none, true],
        'dimension_high_value_share': [0, 1, false],
        'dimension_low_value_share': [0, 1, false],
        'publications_kept': [1, none, true],
        'max_input_shrinkage': [0, 1, false],
        'max_input_growth': [0, none, false],
        'input_silent_days_max': [0, none, true],
        'input_retired_days': [0, none, true],
        'max_customer_shrinkage': [0, 1, false],
        'max_rejected_share': [0, 1, false],
        'min_segment_share': [0, 1, false]
    } -%}
    {%- for name, range in ranges.items() -%}
        {%- do coterie.check_number(name, var(name), range[0], range[1], range[2]) -%}
    {%- endfor -%}
    {%- set ordered = {
        'input_silent_days_max': 'input_retired_days',
        'lifecycle_cooling_gaps': 'lifecycle_lapsed_gaps',
        'segment_k_screened_min': 'segment_k_screened_max',
        'impute_neighbours': 'impute_donors',
        'segment_k_min': 'segment_k_max',
        'segment_probe_resamples': 'segment_resamples',
        'segment_examined_full': 'segment_examined_max',
        'rules_recent_days': 'rules_lapsed_days',
        'rules_regular_orders': 'dimension_frequent_orders',
        'town_population': 'city_population'
    } -%}
    {%- for lower, upper in ordered.items() if var(lower) > var(upper) -%}
        {%- do coterie.refuse_setting(lower, var(lower), 'at most the var ' ~ upper ~ ' (' ~ var(upper) ~ ')') -%}
    {%- endfor -%}
    {%- set ages = var('age_bands') -%}
    {%- if ages is string or ages is mapping or ages is not iterable or not ages -%}
        {%- do coterie.refuse_setting('age_bands', ages, 'a list of ages like [25, 45, 65]') -%}
    {%- endif -%}
    {%- for age in ages -%}
        {%- do coterie.check_number('age_bands[' ~ loop.index0 ~ ']', age, 1 if loop.first else ages[loop.index0 - 1] + 1, 150, true) -%}
    {%- endfor -%}
{%- endmacro %}
