{#- Common table expressions that end with `micro_choices`: the micro-segment of each vector, the nearest of those of its
    segment; after nearest_steps(), whose `choices` say the segment. A customer whose segment is not divided is not in it.

    vectors: name of an expression with customer_id, model_version and encoded. prototypes: relation or subquery like
    segment_micro_prototypes. -#}
{% macro micro_steps(vectors, prototypes) -%}
micro_prototypes as (

    select
        model_version,
        segment_id,
        {{ coterie.ordered_array(
            coterie.make_struct({'micro_segment_id': 'micro_segment_id', 'vector': 'vector'}),
            'micro_segment_id'
        ) }} as prototypes
    from {{ prototypes }} as segment_micro_prototypes
    group by model_version, segment_id

),

-- Nearest first, equal ones by id: a list of structs sorts by its fields in turn.
micro_distances as (

    select
        {{ vectors }}.customer_id,
        {{ coterie.sort_array(coterie.transform_array(
            'micro_prototypes.prototypes',
            coterie.make_struct({
                'distance': coterie.euclidean_distance(vectors ~ '.encoded', 'element.vector'),
                'micro_segment_id': 'element.micro_segment_id'
            })
        )) }} as nearest
    from {{ vectors }}
    inner join choices
        on {{ vectors }}.customer_id = choices.customer_id
    inner join micro_prototypes
        on
            {{ vectors }}.model_version = micro_prototypes.model_version
            and choices.segment_id = micro_prototypes.segment_id

),

micro_choices as (

    select
        customer_id,
        {{ coterie.struct_field(coterie.element_at('nearest', '1'), 'micro_segment_id') }} as micro_segment_id
    from micro_distances

)
{%- endmacro %}
