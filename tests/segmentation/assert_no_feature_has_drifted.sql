-- A warning: fewer features than var drift_features_max may drift in a publication, but somebody should look at them.
{{ config(severity='warn') }}

select
    feature,
    last_psi,
    last_limit,
    training_psi,
    training_limit,
    note
from {{ ref('coterie', 'segment_feature_drift') }}
where has_drifted_since_last or has_drifted_since_training or has_collapsed or is_too_small_to_tell
