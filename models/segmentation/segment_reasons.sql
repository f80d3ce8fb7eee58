{%- set features = coterie.segmentation_features() -%}
{%- set keys = coterie.contribution_keys(
    'customer_vectors.prepared', 'pairs.differences', 'pairs.middles', 'customer_features', 'scaling'
) -%}
with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

customer_vectors as (

    select * from {{ ref('coterie', 'customer_vectors') }}

),

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

scaling as (

    select * from {{ coterie.scaling_parameters(ref('coterie', 'feature_scaling')) }} as scaling_parameters

),

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}
    where second_segment_id is not null

),

centres as (

    select
        segment_tree.model_version,
        segment_tree.segment_id,
        segment_tree.centre
    from {{ ref('coterie', 'segment_tree') }} as segment_tree
    inner join accepted_model
        on segment_tree.model_version = accepted_model.model_version
    where segment_tree.centre is not null

),

-- The squared distance to the second centre less that to the own one is, of each feature, twice the difference of the
-- centres times the way from the point half-way between them.
pairs as (

    select
        own.model_version,
        own.segment_id,
        runner_up.segment_id as second_segment_id,
        {{ coterie.pair_differences('own.centre', 'runner_up.centre') }} as differences,
        {{ coterie.pair_middles('own.centre', 'runner_up.centre') }} as middles
    from centres as own
    inner join centres as runner_up
        on
            own.model_version = runner_up.model_version
            and own.segment_id <> runner_up.segment_id

),

-- One whole number a feature, its contribution in millionths before its position: sorting ranks the features, equals
-- by their position. What stands in for a missing value contributes nothing: it says nothing of the customer.
ranked as (

    select
        assignments.customer_id,
        pairs.differences,
        {{ coterie.sort_array(keys) }} as keys
    from assignments
    inner join customer_vectors
        on
            assignments.customer_id = customer_vectors.customer_id
            and assignments.model_version = customer_vectors.model_version
    inner join customer_features
        on assignments.customer_id = customer_features.customer_id
    inner join scaling
        on assignments.model_version = scaling.model_version
    inner join pairs
        on
            assignments.model_version = pairs.model_version
            and assignments.segment_id = pairs.segment_id
            and assignments.second_segment_id = pairs.second_segment_id

),

strongest as (

    select
        customer_id,
        differences,
        {{ coterie.element_at('keys', [features | length, 1] | max) }} as key_1,
        {{ coterie.element_at('keys', [features | length - 1, 1] | max) }} as key_2,
        {{ coterie.element_at('keys', [features | length - 2, 1] | max) }} as key_3
    from ranked

),

segment_reasons as (

    select
        customer_id,
        {{ coterie.reason_words('key_1', 'differences') }} as reason_1,
        {{ coterie.reason_words('key_2', 'differences') }} as reason_2,
        {{ coterie.reason_words('key_3', 'differences') }} as reason_3
    from strongest

)

select * from segment_reasons
