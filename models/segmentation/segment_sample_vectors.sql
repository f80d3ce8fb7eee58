with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

sample_vectors as (

    select
        plan.model_version,
        sample.customer_id,
        sample.as_of_date,
        {{ coterie.finite_number('sample.' ~ var('segment_order_feature')) }} as order_value,
        {{ coterie.prepared_vector('sample', 'parameters') }} as prepared
    from {{ coterie.segmentation_sample() }} as sample
    inner join plan
        on
            sample.as_of_date = plan.as_of_date
            and plan.is_due
    inner join {{ coterie.scaling_parameters(ref('coterie', 'feature_scaling')) }} as parameters
        on plan.model_version = parameters.model_version

)

select * from sample_vectors
