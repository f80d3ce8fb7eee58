with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

{{ coterie.encoding_steps(
    'accepted_model',
    ref('coterie', 'feature_scaling'),
    ref('coterie', 'encoder_layers'),
    ref('coterie', 'segment_imputations')
) }}

select * from encoded_vectors
