"""Declared columns of the tables that Python models write.

dbt has no contracts for Python models: a model casts its result to the schema given here, so that
an empty run or a column without values keeps its types.
"""

import pyarrow as pa

#: Everything a training round of the segmentation learns, in one long table. `part` says what a row
#: is: encoder (one unit of one layer), prototype, axis (of a picture), imputation (a donor, or the
#: regression of a feature), level (one node of the tree of segments), rule (one feature that a leaf
#: of the surrogate tree asks for), trial (one candidate), lineage (one segment or pair of segments,
#: before and after) or outcome (one row per round).
SEGMENT_FITS = pa.schema(
    [
        ("part", pa.string()),
        ("model_version", pa.string()),
        ("algorithm", pa.string()),
        ("encoder", pa.string()),
        ("k", pa.int32()),
        ("layer", pa.int32()),
        ("unit", pa.int32()),
        ("segment_id", pa.string()),
        ("micro_segment_id", pa.string()),
        ("prototype", pa.int32()),
        ("vector", pa.list_(pa.float64())),
        ("bias", pa.float64()),
        ("activation", pa.string()),
        ("radius", pa.float64()),
        ("precision_vector", pa.list_(pa.float64())),
        ("score_offset", pa.float64()),
        ("node", pa.int32()),
        ("left_node", pa.int32()),
        ("right_node", pa.int32()),
        ("height", pa.float64()),
        ("macro", pa.int32()),
        ("leaf", pa.int32()),
        ("position", pa.int32()),
        ("above", pa.float64()),
        ("at_most", pa.float64()),
        ("customers", pa.int64()),
        ("customers_right", pa.int64()),
        ("variance_share", pa.float64()),
        ("method", pa.string()),
        ("known", pa.list_(pa.float64())),
        ("lowest", pa.float64()),
        ("highest", pa.float64()),
        ("rows_fitted", pa.int64()),
        ("inertia", pa.float64()),
        ("silhouette", pa.float64()),
        ("silhouette_null", pa.float64()),
        ("silhouette_gap", pa.float64()),
        ("davies_bouldin", pa.float64()),
        ("calinski_harabasz", pa.float64()),
        ("dunn", pa.float64()),
        ("gap", pa.float64()),
        ("gap_error", pa.float64()),
        ("jaccard_mean", pa.float64()),
        ("jaccard_min", pa.float64()),
        ("jaccard_2000_mean", pa.float64()),
        ("jaccard_2000_min", pa.float64()),
        ("resamples", pa.int32()),
        ("ari_resamples", pa.float64()),
        ("ari_seeds", pa.float64()),
        ("ari_without_feature", pa.float64()),
        ("most_sensitive_feature", pa.string()),
        ("ari_without_each", pa.string()),
        ("smallest_share", pa.float64()),
        ("unassigned_share", pa.float64()),
        ("surrogate_fidelity", pa.float64()),
        ("agreement", pa.float64()),
        ("is_elbow", pa.bool_()),
        ("is_examined", pa.bool_()),
        ("is_eligible", pa.bool_()),
        ("is_chosen", pa.bool_()),
        ("from_segment_id", pa.string()),
        ("to_segment_id", pa.string()),
        ("kind", pa.string()),
        ("customers_from", pa.int64()),
        ("customers_to", pa.int64()),
        ("overlap", pa.int64()),
        ("share_of_from", pa.float64()),
        ("share_of_to", pa.float64()),
        ("jaccard", pa.float64()),
        ("prototype_distance", pa.float64()),
        ("basis", pa.string()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
    ]
)

#: t-SNE coordinates of the customers that a map is drawn of.
SEGMENT_MAP_FITS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("model_version", pa.string()),
        ("as_of_date", pa.date32()),
        ("tsne_x", pa.float64()),
        ("tsne_y", pa.float64()),
        ("tsne3_x", pa.float64()),
        ("tsne3_y", pa.float64()),
        ("tsne3_z", pa.float64()),
    ]
)

#: Everything a training round of the lifetime model learns. `part` says what a row is: parameters
#: (of one purpose: scoring or holdout), nodes (of one number of repeats) or outcome (one row).
LIFETIME_FITS = pa.schema(
    [
        ("part", pa.string()),
        ("model_version", pa.string()),
        ("purpose", pa.string()),
        ("r", pa.float64()),
        ("alpha", pa.float64()),
        ("a", pa.float64()),
        ("b", pa.float64()),
        ("p", pa.float64()),
        ("q", pa.float64()),
        ("gamma", pa.float64()),
        ("r_error", pa.float64()),
        ("alpha_error", pa.float64()),
        ("a_error", pa.float64()),
        ("b_error", pa.float64()),
        ("p_error", pa.float64()),
        ("q_error", pa.float64()),
        ("gamma_error", pa.float64()),
        ("log_likelihood", pa.float64()),
        ("value_log_likelihood", pa.float64()),
        ("repeat_purchases", pa.int64()),
        ("probabilities", pa.list_(pa.float64())),
        ("weights", pa.list_(pa.float64())),
        ("is_accepted", pa.bool_()),
        ("holdout_days", pa.int64()),
        ("holdout_purchases", pa.float64()),
        ("holdout_predicted", pa.float64()),
        ("model_error", pa.float64()),
        ("rule_error", pa.float64()),
        ("reason", pa.string()),
    ]
)

#: Everything a training round of the scores learns, in one long table. `part` says what a row is:
#: outcome (one row per round), trial (one candidate with its figures), search (one configuration of
#: the search), term (the intercept, the
#: calibration line, or one bin of one term) or typical (the median of a feature).
SCORE_FITS = pa.schema(
    [
        ("part", pa.string()),
        ("outcome", pa.string()),
        ("model_version", pa.string()),
        ("algorithm", pa.string()),
        ("kind", pa.string()),
        ("term", pa.int32()),
        ("feature", pa.string()),
        ("bin", pa.int32()),
        ("lower_edge", pa.float64()),
        ("upper_edge", pa.float64()),
        ("feature_2", pa.string()),
        ("bin_2", pa.int32()),
        ("lower_edge_2", pa.float64()),
        ("upper_edge_2", pa.float64()),
        ("contribution", pa.float64()),
        ("row_count", pa.int64()),
        ("terms", pa.int32()),
        ("pairs", pa.int32()),
        ("auc", pa.float64()),
        ("brier", pa.float64()),
        ("log_loss", pa.float64()),
        ("calibration_slope", pa.float64()),
        ("calibration_slope_lower", pa.float64()),
        ("calibration_slope_upper", pa.float64()),
        ("level_error", pa.float64()),
        ("worst_subgroup", pa.string()),
        ("worst_subgroup_error", pa.float64()),
        *(
            (f"{figure}_gain_over_{rival}{suffix}", pa.float64())
            for rival in ("rule", "scorecard")
            for figure in ("auc", "brier")
            for suffix in ("", "_lower", "_upper")
        ),
        ("is_chosen", pa.bool_()),
        ("reason", pa.string()),
    ]
)
