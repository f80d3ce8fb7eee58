{#- What segments were called in earlier publications, and the profiles they were called so for, as stored before this build. -#}

{% macro previous_names() -%}
    {{- coterie.previous('segment_personas_store', {
        'publication_id': 'bigint',
        'segment_id': dbt.type_string(),
        'language': dbt.type_string(),
        'level': dbt.type_string(),
        'segment_name': dbt.type_string()
    }) -}}
{%- endmacro %}

{% macro previous_named_profiles() -%}
    {{- coterie.previous('segment_named_profiles_store', {
        'publication_id': 'bigint',
        'segment_id': dbt.type_string(),
        'feature': dbt.type_string(),
        'z': 'double'
    }) -}}
{%- endmacro %}
