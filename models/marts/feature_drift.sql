-- A log: every publication is shown, as far as its rows are kept.
with feature_drift_store as (

    select
        store.*,
        publications.as_of_date
    from {{ ref('coterie', 'feature_drift_store') }} as store
    inner join {{ ref('coterie', 'publications') }} as publications
        on
            store.publication_id = publications.publication_id
            and store.build_id = publications.build_id

),

feature_drift as (

    select
        cast(publication_id as bigint) as publication_id,
        cast(feature as string) as feature,
        cast(customers as bigint) as customers,
        cast(last_psi as double) as last_psi,
        cast(last_limit as double) as last_limit,
        cast(has_drifted_since_last as boolean) as has_drifted_since_last,
        cast(training_psi as double) as training_psi,
        cast(training_limit as double) as training_limit,
        cast(training_chi_square as double) as training_chi_square,
        cast(training_chi_square_limit as double) as training_chi_square_limit,
        cast(training_ks as double) as training_ks,
        cast(training_ks_limit as double) as training_ks_limit,
        cast(is_beyond_chi_square_limit as boolean) as is_beyond_chi_square_limit,
        cast(is_beyond_ks_limit as boolean) as is_beyond_ks_limit,
        cast(has_drifted_since_training as boolean) as has_drifted_since_training,
        cast(has_collapsed as boolean) as has_collapsed,
        cast(note as string) as note,
        cast(model_version as string) as model_version,
        cast(as_of_date as date) as as_of_date
    from feature_drift_store

)

select * from feature_drift
