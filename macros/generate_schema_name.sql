{#- As the root project Coterie names its schemas plainly (staging, marts ...). Installed as a package it follows the
    rule of the installing project, which dbt would not: for the nodes of a package that has a macro of this name dbt
    takes the package's. Without a rule of its own that project has dbt's, so that two projects can share a database. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set rule_of_root = (context.get(project_name) or {}).get('generate_schema_name') -%}
    {%- if project_name == 'coterie' and custom_schema_name is not none -%}
        {{ custom_schema_name | trim }}
    {%- elif project_name != 'coterie' and rule_of_root -%}
        {{ rule_of_root(custom_schema_name, node) }}
    {%- else -%}
        {{ default__generate_schema_name(custom_schema_name, node) }}
    {%- endif -%}
{%- endmacro %}
