with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

incumbent_assignments as (

    select * from {{ ref('coterie', 'incumbent_assignments') }}

),

sample_vectors as (

    select
        plan.model_version,
        sample.customer_id,
        sample.as_of_date,
        {{ coterie.finite_number('sample.' ~ var('segment_order_feature')) }} as order_value,
        incumbent_assignments.segment_id as incumbent_segment_id,
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

)

select * from sample_vectors
