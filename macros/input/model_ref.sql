{#- The relation of a model named in a var, as 'project.model', or as 'model' where it belongs to the installing project. -#}
{% macro model_ref(name) -%}
    {%- set parts = name.split('.') -%}
    {{ return(ref(parts[0], parts[1]) if parts | length == 2 else ref(project_name, name)) }}
{%- endmacro %}
