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

-- One row a model: its layers in order, each with its units in order. Without a layer the prepared vector is encoded as
-- it is.
layers as (

    select
        model_version,
        layer,
        min(activation) as activation,
        {{ coterie.ordered_array(coterie.make_struct({'weights': 'weights', 'bias': 'bias'}), 'unit') }} as units
    from {{ ref('coterie', 'encoder_layers') }}
    group by model_version, layer

),

encoders as (

    select
        model_version,
        {{ coterie.ordered_array(
            coterie.make_struct({'units': 'units', 'activation': 'activation'}), 'layer'
        ) }} as layers
    from layers
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

encoded_0 as (

    select
        prepared_vectors.*,
        encoders.layers,
        prepared_vectors.prepared as encoded
    from prepared_vectors
    left join encoders
        on prepared_vectors.model_version = encoders.model_version

),
{% for number in range(1, coterie.encoder_layers_max() + 1) %}
encoded_{{ number }} as (

    select
        earlier.customer_id,
        earlier.as_of_date,
        earlier.model_version,
        earlier.prepared,
        earlier.layers,
        case
            when {{ coterie.array_length('earlier.layers') }} >= {{ number }}
                then {{ coterie.encoded_by('earlier.encoded', coterie.element_at('earlier.layers', number)) }}
            else earlier.encoded
        end as encoded
    from encoded_{{ number - 1 }} as earlier

),
{% endfor %}
encoded_vectors as (

    select
        customer_id,
        as_of_date,
        model_version,
        prepared,
        encoded
    from encoded_{{ coterie.encoder_layers_max() }}

)

select * from encoded_vectors
