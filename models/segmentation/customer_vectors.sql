with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

scaling as (

    select * from {{ coterie.scaling_parameters(ref('coterie', 'feature_scaling')) }} as scaling_parameters

),

-- One row a model: the units of its linear layer in order. A model by rules has none.
encoder as (

    select
        model_version,
        {{ coterie.ordered_array(coterie.make_struct({'weights': 'weights', 'bias': 'bias'}), 'unit') }} as units
    from {{ ref('coterie', 'encoder_layers') }}
    where layer = 1
    group by model_version

),

prepared_vectors as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,
        accepted_model.model_version,
        {{ coterie.prepared_vector('customer_features', 'scaling') }} as prepared
    from customer_features
    cross join accepted_model
    inner join scaling
        on accepted_model.model_version = scaling.model_version
    where {{ coterie.has_enough_data('customer_features') }}

),

encoded_vectors as (

    select
        prepared_vectors.customer_id,
        prepared_vectors.as_of_date,
        prepared_vectors.model_version,
        prepared_vectors.prepared,
        {{ coterie.transform_array(
            'encoder.units',
            coterie.dot_product('prepared_vectors.prepared', 'element.weights') ~ ' + element.bias'
        ) }} as encoded
    from prepared_vectors
    left join encoder
        on prepared_vectors.model_version = encoder.model_version

)

select * from encoded_vectors
