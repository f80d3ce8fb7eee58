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
        count(impute_value + centre + factor) as complete_features,
        count(case when impute = 'knn' and is_used then 1 end) as given_features
    from {{ ref('coterie', 'feature_scaling') }}
    group by model_version

),

layers as (

    select
        model_version,
        layer,
        count(*) as units,
        count(bias) as complete_units,
        max(unit) as last_unit,
        min({{ coterie.array_length('weights') }}) as fewest_weights,
        max({{ coterie.array_length('weights') }}) as most_weights
    from {{ ref('coterie', 'encoder_layers') }}
    group by model_version, layer

),

-- The first layer takes the features, each later one the units of the layer before it.
chained_layers as (

    select
        layers.*,
        coalesce(
            lag(layers.units) over (partition by layers.model_version order by layers.layer),
            scaling.features
        ) as inputs
    from layers
    inner join scaling
        on layers.model_version = scaling.model_version

),

encoder as (

    select
        model_version,
        count(*) as layers,
        max(layer) as last_layer,
        count(
            case
                when
                    fewest_weights <> inputs
                    or most_weights <> inputs
                    or complete_units <> units
                    or last_unit <> units
                    then 1
            end
        ) as broken_layers
    from chained_layers
    group by model_version

),

-- How many coordinates the encoder leaves: the units of its last layer, or the features where it has none.
outputs as (

    select
        scaling.model_version,
        coalesce(layers.units, scaling.features) as coordinates
    from scaling
    left join encoder
        on scaling.model_version = encoder.model_version
    left join layers
        on
            encoder.model_version = layers.model_version
            and encoder.last_layer = layers.layer

),

numbered_prototypes as (

    select
        model_version,
        segment_id,
        count(*) as prototypes,
        max(prototype) as last_prototype,
        min({{ coterie.array_length('vector') }}) as fewest_coordinates,
        max({{ coterie.array_length('vector') }}) as most_coordinates,
        min({{ coterie.array_length('precision_vector') }}) as fewest_precisions,
        max({{ coterie.array_length('precision_vector') }}) as most_precisions,
        count(case when precision_vector is not null then 1 end) as mixture_prototypes,
        count(score_offset) as offsets
    from {{ ref('coterie', 'segment_prototypes') }}
    group by model_version, segment_id

),

prototypes as (

    select
        model_version,
        count(*) as segments,
        count(case when last_prototype <> prototypes then 1 end) as segments_with_gaps,
        sum(prototypes) as prototypes,
        min(fewest_coordinates) as fewest_coordinates,
        max(most_coordinates) as most_coordinates,
        min(fewest_precisions) as fewest_precisions,
        max(most_precisions) as most_precisions,
        sum(mixture_prototypes) as mixture_prototypes,
        sum(offsets) as offsets
    from numbered_prototypes
    group by model_version

),

-- A divided segment has two parts at least.
divided_segments as (

    select
        model_version,
        segment_id,
        count(*) as parts,
        min({{ coterie.array_length('vector') }}) as fewest_coordinates,
        max({{ coterie.array_length('vector') }}) as most_coordinates
    from {{ ref('coterie', 'segment_micro_prototypes') }}
    group by model_version, segment_id

),

micro_prototypes as (

    select
        model_version,
        min(parts) as fewest_parts,
        min(fewest_coordinates) as fewest_coordinates,
        max(most_coordinates) as most_coordinates
    from divided_segments
    group by model_version

),

trees as (

    select
        model_version,
        count(segment_id) as tree_segments,
        count(centre) as centres
    from {{ ref('coterie', 'segment_tree') }}
    group by model_version

),

imputations as (

    select
        model_version,
        count(case when method = 'model' then 1 end) as regressions,
        count(case when method = 'knn' then 1 end) as donors,
        max(case when method = 'knn' then number end) as last_donor
    from {{ ref('coterie', 'segment_imputations') }}
    group by model_version

),

parameters as (

    select
        trees.tree_segments,
        trees.centres,
        accepted_model.model_version,
        accepted_model.algorithm,
        accepted_model.features_hash,
        accepted_model.segment_count,
        -- A model from before the number was recorded has one layer.
        coalesce(accepted_model.encoder_layer_count, 1) as expected_layers,
        scaling.features,
        scaling.complete_features,
        coalesce(encoder.layers, 0) as layers,
        coalesce(encoder.last_layer, 0) as last_layer,
        coalesce(encoder.broken_layers, 0) as broken_layers,
        scaling.given_features,
        coalesce(imputations.regressions, 0) as regressions,
        coalesce(imputations.donors, 0) as donors,
        coalesce(imputations.last_donor, 0) as last_donor,
        outputs.coordinates,
        coalesce(prototypes.segments, 0) as segments,
        prototypes.segments_with_gaps,
        prototypes.prototypes,
        prototypes.fewest_coordinates,
        prototypes.most_coordinates,
        prototypes.fewest_precisions,
        prototypes.most_precisions,
        prototypes.mixture_prototypes,
        prototypes.offsets,
        micro_prototypes.fewest_parts,
        micro_prototypes.fewest_coordinates as fewest_micro_coordinates,
        micro_prototypes.most_coordinates as most_micro_coordinates
    from accepted_model
    left join scaling
        on accepted_model.model_version = scaling.model_version
    left join encoder
        on accepted_model.model_version = encoder.model_version
    left join imputations
        on accepted_model.model_version = imputations.model_version
    left join outputs
        on accepted_model.model_version = outputs.model_version
    left join prototypes
        on accepted_model.model_version = prototypes.model_version
    left join micro_prototypes
        on accepted_model.model_version = micro_prototypes.model_version
    left join trees
        on accepted_model.model_version = trees.model_version

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

    select 'the imputations of the accepted model are incomplete' as problem
    from parameters
    where
        regressions <> {{ coterie.imputed_features('model') | length }}
        or last_donor <> donors
        or (given_features > 0 and donors = 0)

    union all

    select 'the encoder of the accepted model is incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            layers <> expected_layers
            or last_layer <> layers
            or broken_layers > 0
        )

    union all

    select 'the prototypes of the accepted model are incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            segments <> segment_count
            or segments_with_gaps > 0
            or fewest_coordinates <> coordinates
            or most_coordinates <> coordinates
        )

    union all

    select 'the micro-segments of the accepted model are incomplete' as problem
    from parameters
    where
        fewest_parts < 2
        or fewest_micro_coordinates <> coordinates
        or most_micro_coordinates <> coordinates

    union all

    select 'the tree of segments of the accepted model is incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            coalesce(tree_segments, 0) <> segment_count
            or centres <> segment_count
        )

    union all

    -- A mixture has a precision for every coordinate and an offset for every prototype, the others have neither.
    select 'the precisions of the accepted model are incomplete' as problem
    from parameters
    where
        algorithm <> 'rules'
        and (
            mixture_prototypes <> case when algorithm = 'gaussian_mixture' then prototypes else 0 end
            or offsets <> mixture_prototypes
            or (mixture_prototypes > 0 and (fewest_precisions <> coordinates or most_precisions <> coordinates))
        )

)

select * from problems
