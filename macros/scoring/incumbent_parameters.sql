{#- The parameter tables as they were stored before this build: what the model in force is read from while a new one is
    fitted. Columns as encoding_steps() and nearest_steps() read them. -#}

{% macro previous_scaling() -%}
    {{- coterie.previous('feature_scaling', {
        'model_version': dbt.type_string(),
        'position': 'int',
        'impute_value': 'double',
        'lower_fence': 'double',
        'upper_fence': 'double',
        'centre': 'double',
        'factor': 'double'
    }) -}}
{%- endmacro %}

{% macro previous_layers() -%}
    {{- coterie.previous('encoder_layers', {
        'model_version': dbt.type_string(),
        'layer': 'int',
        'unit': 'int',
        'weights': coterie.array_type('double'),
        'bias': 'double',
        'activation': dbt.type_string()
    }) -}}
{%- endmacro %}

{% macro previous_imputations() -%}
    {{- coterie.previous('segment_imputations', {
        'model_version': dbt.type_string(),
        'method': dbt.type_string(),
        'number': 'int',
        'weights': coterie.array_type('double'),
        'known': coterie.array_type('double'),
        'bias': 'double',
        'lowest': 'double',
        'highest': 'double'
    }) -}}
{%- endmacro %}

{% macro previous_prototypes() -%}
    {{- coterie.previous('segment_prototypes', {
        'model_version': dbt.type_string(),
        'segment_id': dbt.type_string(),
        'prototype': 'int',
        'vector': coterie.array_type('double'),
        'radius': 'double',
        'precision_vector': coterie.array_type('double'),
        'score_offset': 'double'
    }) -}}
{%- endmacro %}

{% macro previous_micro_prototypes() -%}
    {{- coterie.previous('segment_micro_prototypes', {
        'model_version': dbt.type_string(),
        'segment_id': dbt.type_string(),
        'micro_segment_id': dbt.type_string(),
        'vector': coterie.array_type('double')
    }) -}}
{%- endmacro %}

{#- Segments of the last publication. -#}
{% macro previous_segments() -%}
    {{- coterie.previous('customer_segments_store', {
        'publication_id': 'bigint',
        'customer_id': dbt.type_string(),
        'segment_id': dbt.type_string(),
        'micro_segment_id': dbt.type_string()
    }) -}}
{%- endmacro %}

{#- What else than the model's own parameters the segments in force depend on today, as text: part of the version of a
    model that goes on from them. plan: alias of a row with accepted_model_version, accepted_algorithm and
    is_accepted_usable. -#}
{% macro incumbent_text(plan) -%}
    coalesce(
        {{ plan }}.accepted_model_version || '|' || case
            when {{ plan }}.accepted_algorithm = 'rules' then '{{ local_md5(coterie.segment_rules() | string) }}'
            when {{ plan }}.is_accepted_usable then 'model'
            else cast({{ coterie.last_publication_id() }} as {{ dbt.type_string() }})
        end,
        ''
    )
{%- endmacro %}
