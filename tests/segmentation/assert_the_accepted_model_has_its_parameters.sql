-- Protects scoring: parameter tables live longer than a build, and an accepted model that lost some of its rows, or
-- that no longer fits the features of the YAML, would assign nobody, or wrongly, in a green build.
with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

scaling as (

    select
        model_version,
        count(*) as features,
        count(impute_value + centre + factor) as complete_features
    from {{ ref('coterie', 'feature_scaling') }}
    group by model_version

),

encoder as (

    select
        model_version,
        count(*) as units,
        max(layer) as layers,
        min({{ coterie.array_length('weights') }}) as fewest_weights,
        max({{ coterie.array_length('weights') }}) as most_weights
    from {{ ref('coterie', 'encoder_layers') }}
    group by model_version

),

prototypes as (

    select
        model_version,
        count(distinct segment_id) as segments,
        min({{ coterie.array_length('vector') }}) as fewest_coordinates,
        max({{ coterie.array_length('vector') }}) as most_coordinates
    from {{ ref('coterie', 'segment_prototypes') }}
    group by model_version

),

parameters as (

    select
        accepted_model.model_version,
        accepted_model.algorithm,
        accepted_model.features_hash,
        accepted_model.segment_count,
        scaling.features,
        scaling.complete_features,
        encoder.units,
        encoder.layers,
        encoder.fewest_weights,
        encoder.most_weights,
        prototypes.segments,
        prototypes.fewest_coordinates,
        prototypes.most_coordinates
    from accepted_model
    left join scaling
        on accepted_model.model_version = scaling.model_version
    left join encoder
        on accepted_model.model_version = encoder.model_version
    left join prototypes
        on accepted_model.model_version = prototypes.model_version

),

problems as (

    select 'there is not exactly one accepted model' as problem
    from parameters
    having count(*) <> 1

    union all

    select 'the accepted model was fitted on other features than those of the YAML' as problem
    from parameters
    where features_hash <> '{{ coterie.features_hash() }}'

    union all

    select 'the scaling of the accepted model is incomplete' as problem
    from parameters
    where
        coalesce(features, 0) <> {{ coterie.segmentation_features() | length }}
        or complete_features <> features

    union all

    select 'the encoder of the accepted model is incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            coalesce(units, 0) = 0
            or layers <> 1
            or fewest_weights <> features
            or most_weights <> features
        )

    union all

    select 'the prototypes of the accepted model are incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            coalesce(segments, 0) <> segment_count
            or fewest_coordinates <> units
            or most_coordinates <> units
        )

)

select * from problems
