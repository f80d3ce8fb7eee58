{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

with segment_feature_drift as (

    select * from {{ ref('coterie', 'segment_feature_drift') }}

),

stored as (

    select
        segment_feature_drift.feature,
        segment_feature_drift.current_customers as customers,
        segment_feature_drift.last_psi,
        segment_feature_drift.last_limit,
        segment_feature_drift.has_drifted_since_last,
        segment_feature_drift.training_psi,
        segment_feature_drift.training_limit,
        segment_feature_drift.training_chi_square,
        segment_feature_drift.training_chi_square_limit,
        segment_feature_drift.training_ks,
        segment_feature_drift.training_ks_limit,
        segment_feature_drift.is_beyond_chi_square_limit,
        segment_feature_drift.is_beyond_ks_limit,
        segment_feature_drift.has_drifted_since_training,
        segment_feature_drift.has_collapsed,
        segment_feature_drift.note,
        segment_feature_drift.model_version,
        {{ coterie.candidate_columns() }}
    from segment_feature_drift
    {{ coterie.join_candidate() }}

)

select * from stored
