{#- Operation: writes every mart as Parquet files, one folder for each below `folder` and named like it, and further models
    of ours by name. What stood in such a folder is replaced.

    dbt run-operation coterie.write_marts --args '{folder: /data/marts, models: [customer_features]}' -#}
{% macro write_marts(folder, models=[]) -%}
    {%- set make_folder = coterie.make_folder(folder) -%}
    {%- if make_folder -%}
        {%- do run_query(make_folder) -%}
    {%- endif -%}
    {%- for node in coterie._marts_and(models) -%}
        {%- set relation = adapter.get_relation(
            database=node.database, schema=node.schema, identifier=node.alias
        ) -%}
        {%- if relation is none -%}
            {{ exceptions.raise_compiler_error(
                'write_marts: there is no ' ~ node.schema ~ '.' ~ node.alias ~ ' yet: run `dbt build` first.'
            ) }}
        {%- endif -%}
        {%- do run_query(coterie.write_files('select * from ' ~ relation, folder ~ '/' ~ node.alias)) -%}
        {%- do log(relation ~ ' is written to ' ~ folder ~ '/' ~ node.alias, info=true) -%}
    {%- endfor -%}
{%- endmacro %}

{#- Nodes of the marts, by name, and of the models that are named beside them. -#}
{% macro _marts_and(names) -%}
    {%- set nodes = graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('package_name', 'equalto', 'coterie')
        | sort(attribute='name') -%}
    {%- for name in names if name not in nodes | map(attribute='name') -%}
        {{ exceptions.raise_compiler_error(
            "write_marts: '" ~ name ~ "' is no model of Coterie; `dbt ls` names them."
        ) }}
    {%- endfor -%}
    {%- set chosen = [] -%}
    {%- for node in nodes if node.fqn[1] == 'marts' or node.name in names -%}
        {%- do chosen.append(node) -%}
    {%- endfor -%}
    {{- return(chosen) -}}
{%- endmacro %}
