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
            coterie.make_struct({'segment_id': 'segment_id', 'vector': 'vector', 'radius': 'radius'}),
            "segment_id || '|' || lpad(cast(prototype as " ~ dbt.type_string() ~ "), 9, '0')"
        ) }} as prototypes
    from {{ ref('coterie', 'segment_prototypes') }}
    group by model_version

),

-- Nearest first, equally near ones by segment_id: a list of structs sorts by its fields in turn.
distances as (

    select
        customer_vectors.customer_id,
        customer_vectors.model_version,
        {{ coterie.sort_array(coterie.transform_array(
            'prototypes.prototypes',
            coterie.make_struct({
                'distance': coterie.euclidean_distance('customer_vectors.encoded', 'element.vector'),
                'segment_id': 'element.segment_id',
                'radius': 'element.radius'
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
        {{ coterie.first_where(
            'distances.nearest', 'element.radius is null or element.distance <= element.radius'
        ) }} as first_choice
    from distances

),

segment_ids as (

    select
        first_choices.customer_id,
        first_choices.nearest,
        {{ coterie.struct_field('first_choices.first_choice', 'segment_id') }} as segment_id,
        {{ coterie.struct_field('first_choices.first_choice', 'distance') }} as distance
    from first_choices

),

second_choices as (

    select
        segment_ids.customer_id,
        segment_ids.segment_id,
        segment_ids.distance,
        {{ coterie.first_where(
            'segment_ids.nearest', 'element.segment_id <> segment_ids.segment_id'
        ) }} as second_choice
    from segment_ids

),

choices as (

    select
        second_choices.customer_id,
        second_choices.segment_id,
        second_choices.distance,
        {{ coterie.struct_field('second_choices.second_choice', 'segment_id') }} as second_segment_id,
        {{ coterie.struct_field('second_choices.second_choice', 'distance') }} as second_distance
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
        -- 0 where the runner-up is as near, towards 1 where it is far away.
        case
            when choices.second_distance > 0 then 1 - choices.distance / choices.second_distance
            when choices.second_distance = 0 then 0
        end as confidence,
        choices.second_segment_id
    from customer_features
    cross join accepted_model
    cross join thresholds
    left join choices
        on customer_features.customer_id = choices.customer_id

)

select * from assignments
