{#- The relation a generic test is set on, whatever the installing project calls its own models: dbt looks up a test's model
    by its bare name, in the installing project first, so that a test of our `customers` would read theirs. Tests of
    other projects' models read what dbt gave them. -#}
{% macro tested_model(relation) -%}
    {%- set given = model.test_metadata.kwargs.model if model.package_name == 'coterie' else '' -%}
    {%- set names = modules.re.findall("ref\('(\w+)'\)", given) -%}
    {{ return(ref('coterie', names[0]) if names else relation) }}
{%- endmacro %}
