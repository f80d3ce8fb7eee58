{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

-- Of a model that was trained in this build, the sample it was fitted on is today's.
with bin_counts as (

    select * from {{ ref('coterie', 'segment_bin_counts') }}

),

training_bins as (

    select * from {{ ref('coterie', 'segment_training_bins') }}

),

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

bins as (

    select
        training_bins.model_version,
        training_bins.feature,
        training_bins.bin,
        coalesce(bin_counts.current_customers, training_bins.customers) as customers
    from training_bins
    inner join accepted_model
        on training_bins.model_version = accepted_model.model_version
    left join bin_counts
        on
            training_bins.model_version = bin_counts.model_version
            and training_bins.feature = bin_counts.feature
            and training_bins.bin = bin_counts.bin

),

stored as (

    select
        bins.feature,
        bins.bin,
        bins.customers,
        bins.model_version,
        {{ coterie.candidate_columns() }}
    from bins
    {{ coterie.join_candidate() }}

)

select * from stored
