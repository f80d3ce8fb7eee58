-- Protects the gates: without the bins of its training no drift of a model's features would ever be seen.
with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

used_features as (

    select * from {{ ref('coterie', 'feature_scaling') }}
    where is_used

),

bins as (

    select
        model_version,
        feature,
        count(*) as bins,
        max(bin) as last_bin,
        sum(customers) as customers
    from {{ ref('coterie', 'segment_training_bins') }}
    group by model_version, feature

)

select
    used_features.model_version,
    used_features.feature,
    bins.bins
from used_features
inner join accepted_model
    on used_features.model_version = accepted_model.model_version
left join bins
    on
        used_features.model_version = bins.model_version
        and used_features.feature = bins.feature
where
    bins.bins is null
    or bins.bins <> bins.last_bin + 1
    or bins.customers <> used_features.sample_size
