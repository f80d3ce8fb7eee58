{#- Common table expressions that end with `choices`: the segment of each vector by its nearest prototype, its distance and
    score, and the next best segment.

    vectors: name of an expression with customer_id, model_version and encoded. prototypes: relation or subquery like
    segment_prototypes. -#}
{% macro nearest_steps(vectors, prototypes) -%}
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
    from {{ prototypes }} as segment_prototypes
    group by model_version

),

-- Lowest score first, equal ones by segment_id: a list of structs sorts by its fields in turn. The score is the
-- distance; of a mixture, minus twice the log density of the component.
distances as (

    select
        {{ vectors }}.customer_id,
        {{ vectors }}.model_version,
        {{ coterie.sort_array(coterie.transform_array(
            'prototypes.prototypes',
            coterie.make_struct({
                'score': coterie.prototype_score(vectors ~ '.encoded', 'element'),
                'segment_id': 'element.segment_id',
                'distance': coterie.euclidean_distance(vectors ~ '.encoded', 'element.vector'),
                'radius': "coalesce(element.radius, cast('infinity' as double))",
                'is_density': 'element.precision_vector is not null'
            })
        )) }} as nearest
    from {{ vectors }}
    inner join prototypes
        on {{ vectors }}.model_version = prototypes.model_version

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

)
{%- endmacro %}
