-- A warning: the accepted model was learnt from a sample that is not like its customers in these features, of which one
-- at most was made up for by strata.
{{ config(severity='warn') }}

select
    sample_checks.feature,
    sample_checks.chi_square,
    sample_checks.chi_square_limit,
    sample_checks.ks,
    sample_checks.ks_limit
from {{ ref('coterie', 'segment_sample_checks') }} as sample_checks
inner join {{ ref('coterie', 'segment_models') }} as segment_models
    on sample_checks.model_version = segment_models.model_version
where
    segment_models.status = 'accepted'
    and not sample_checks.is_representative
    and not sample_checks.is_stratified
