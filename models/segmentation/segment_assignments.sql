with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

customer_vectors as (

    select * from {{ ref('coterie', 'customer_vectors') }}

),

-- One row a model: its prototypes in one list. A model by rules has none.
prototypes as (

    select
        model_version,
        {{ coterie.ordered_array(
            coterie.make_struct({
                'segment_id': 'segment_id',
                'vector': 'vector',
                'radius': 'radius',
                'precision_vector': 'precision_vector',
                'score_offset': 'score_offset'
            }),
            "segment_id || '|' || lpad(cast(prototype as " ~ dbt.type_string() ~ "), 9, '0')"
        ) }} as prototypes
    from {{ ref('coterie', 'segment_prototypes') }}
    group by model_version

),

-- Lowest score first, equal ones by segment_id: a list of structs sorts by its fields in turn. The score is the
-- distance; of a mixture, minus twice the log density of the component.
distances as (

    select
        customer_vectors.customer_id,
        customer_vectors.model_version,
        {{ coterie.sort_array(coterie.transform_array(
            'prototypes.prototypes',
            coterie.make_struct({
                'score': coterie.prototype_score('customer_vectors.encoded', 'element'),
                'segment_id': 'element.segment_id',
                'distance': coterie.euclidean_distance('customer_vectors.encoded', 'element.vector'),
                'radius': "coalesce(element.radius, cast('infinity' as double))",
                'is_density': 'element.precision_vector is not null'
            })
        )) }} as nearest
    from customer_vectors
    inner join prototypes
        on customer_vectors.model_version = prototypes.model_version

),

first_choices as (

    select
        distances.customer_id,
        distances.nearest,
        {{ coterie.first_where('distances.nearest', 'element.distance <= element.radius') }} as first_choice
    from distances

),

second_choices as (

    select
        first_choices.customer_id,
        first_choices.first_choice,
        {{ coterie.first_where(
            'first_choices.nearest',
            'element.segment_id <> ' ~ coterie.struct_field('first_choices.first_choice', 'segment_id')
        ) }} as second_choice
    from first_choices

),

choices as (

    select
        second_choices.customer_id,
        {{ coterie.struct_field('second_choices.first_choice', 'segment_id') }} as segment_id,
        {{ coterie.struct_field('second_choices.first_choice', 'distance') }} as distance,
        {{ coterie.struct_field('second_choices.first_choice', 'score') }} as score,
        {{ coterie.struct_field('second_choices.first_choice', 'is_density') }} as is_density,
        {{ coterie.struct_field('second_choices.second_choice', 'segment_id') }} as second_segment_id,
        {{ coterie.struct_field('second_choices.second_choice', 'score') }} as second_score
    from second_choices

),

-- The revenue that one buyer in five reaches: the monetary class of the rules.
thresholds as (

    select percentile_disc(0.8) within group (order by {{ coterie.finite_number('revenue_365d') }}) as high_revenue
    from customer_features
    where orders_365d > 0

),

assignments as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,
        accepted_model.model_version,
        accepted_model.algorithm,
        case
            when not {{ coterie.has_enough_data('customer_features') }} then null
            when accepted_model.algorithm <> 'rules' then choices.segment_id
            {%- for rule in coterie.segment_rules() %}
            when {{ rule.condition }} then '{{ rule.segment_id }}'
            {%- endfor %}
        end as segment_id,
        choices.distance,
        -- 0 where the runner-up is as near, towards 1 where it is far away; of a mixture, by their densities.
        case
            when choices.is_density then 1 - exp((choices.score - choices.second_score) / 2)
            when choices.second_score > 0 then 1 - choices.score / choices.second_score
            when choices.second_score = 0 then 0
        end as confidence,
        choices.second_segment_id
    from customer_features
    cross join accepted_model
    cross join thresholds
    left join choices
        on customer_features.customer_id = choices.customer_id

)

select * from assignments
