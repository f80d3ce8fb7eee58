{#- Common table expressions that end with `encoded_vectors`: a customer's prepared vector, and what the encoder of a model
    makes of it. They read `customer_features`, which the model must have defined, for customers with enough data.

    models: name of an expression with the model_version of each model, one row as a rule. scaling, encoder_layers,
    imputations: relations or subqueries like the tables of these names (the last one: segment_imputations). -#}
{% macro encoding_steps(models, scaling, encoder_layers, imputations) -%}
scaling as (

    select * from {{ coterie.scaling_parameters(scaling) }} as scaling_parameters

),

-- One row a model: its layers in order, each with its units in order. Without a layer the prepared vector is encoded as
-- it is.
layers as (

    select
        model_version,
        layer,
        min(activation) as activation,
        {{ coterie.ordered_array(coterie.make_struct({'weights': 'weights', 'bias': 'bias'}), 'unit') }} as units
    from {{ encoder_layers }} as encoder_layers
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
        {{ models }}.model_version,
        {{ coterie.prepared_vector('customer_features', 'scaling') }} as prepared,
        {{ coterie.known_vector('customer_features', 'scaling') }} as known
    from customer_features
    cross join {{ models }}
    inner join scaling
        on {{ models }}.model_version = scaling.model_version
    where {{ coterie.has_enough_data('customer_features') }}

),

encoded_0 as (

    select
        complete_vectors.customer_id,
        complete_vectors.as_of_date,
        complete_vectors.model_version,
        complete_vectors.prepared,
        encoders.layers,
        complete_vectors.prepared as encoded
    from {{ coterie.complete_vectors(
        'prepared_vectors', ['customer_id', 'as_of_date', 'model_version'], imputations
    ) }} as complete_vectors
    left join encoders
        on complete_vectors.model_version = encoders.model_version

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
{%- endmacro %}
