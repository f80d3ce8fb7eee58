with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

incumbent_assignments as (

    select * from {{ ref('coterie', 'incumbent_assignments') }}

),

-- Where the sample is not like its customers in a feature: its bins, each of which keeps what the scarcest allows.
strata as (

    select
        training_bins.bin,
        training_bins.lower_edge,
        training_bins.upper_edge,
        training_bins.population,
        cast(training_bins.customers as double) / training_bins.population as drawn_share,
        feature_scaling.position
    from {{ ref('coterie', 'segment_training_bins') }} as training_bins
    inner join plan
        on
            training_bins.model_version = plan.model_version
            and plan.is_due
    inner join {{ ref('coterie', 'segment_sample_checks') }} as sample_checks
        on
            training_bins.model_version = sample_checks.model_version
            and training_bins.feature = sample_checks.feature
            and sample_checks.is_stratified
    inner join {{ ref('coterie', 'feature_scaling') }} as feature_scaling
        on
            training_bins.model_version = feature_scaling.model_version
            and training_bins.feature = feature_scaling.feature
    where training_bins.customers > 0

),

scarcest as (

    select min(drawn_share) as drawn_share
    from strata

),

-- A millionth above, so that rounding takes nobody from the scarcest bin itself.
quotas as (

    select
        strata.*,
        floor(strata.population * scarcest.drawn_share + 0.000001) as quota
    from strata
    cross join scarcest

),

valued as (

    select
        sample.customer_id,
        {{ coterie.segmentation_values('sample') }} as feature_values
    from {{ coterie.segmentation_sample() }} as sample
    inner join plan
        on
            sample.as_of_date = plan.as_of_date
            and plan.is_due

),

places as (

    select
        valued.customer_id,
        quotas.quota,
        row_number() over (
            partition by quotas.bin order by md5(valued.customer_id), valued.customer_id
        ) as place
    from valued
    inner join quotas
        on {{ coterie.falls_into(coterie.element_at('valued.feature_values', 'quotas.position'), 'quotas') }}

),

sample_vectors as (

    select
        plan.model_version,
        sample.customer_id,
        sample.as_of_date,
        {{ coterie.finite_number('sample.' ~ var('segment_order_feature')) }} as order_value,
        incumbent_assignments.segment_id as incumbent_segment_id,
        incumbent_assignments.micro_segment_id as incumbent_micro_segment_id,
        incumbent_assignments.rule_segment_id,
        {{ coterie.prepared_vector('sample', 'parameters') }} as prepared,
        {{ coterie.known_vector('sample', 'parameters') }} as known
    from {{ coterie.segmentation_sample() }} as sample
    inner join plan
        on
            sample.as_of_date = plan.as_of_date
            and plan.is_due
    inner join {{ coterie.scaling_parameters(ref('coterie', 'feature_scaling')) }} as parameters
        on plan.model_version = parameters.model_version
    left join incumbent_assignments
        on sample.customer_id = incumbent_assignments.customer_id
    left join places
        on sample.customer_id = places.customer_id
    where places.customer_id is null or places.place <= places.quota

)

select * from sample_vectors
