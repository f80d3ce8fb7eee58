{#- Runs before a build (on-run-start). Where a table is a folder of files, a build that was killed while it made one leaves the
    folder without the table, and no table can be made there again until the folder is gone. -#}
{% macro clear_leftovers() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'seed', 'retry'] -%}
        {{ return(adapter.dispatch('clear_leftovers', 'coterie')()) }}
    {%- endif -%}
{%- endmacro %}

{% macro default__clear_leftovers() -%}
{%- endmacro %}

{#- SQL alone cannot remove a folder, but dropping a table does: a table of no rows is laid over the folder and dropped. Asks the
    catalogue itself, not dbt's memory of it: a folder whose table exists must never be touched. -#}
{% macro spark__clear_leftovers() -%}
    {%- set found = {} -%}
    {%- set missing = [] -%}
    {%- for node in graph.nodes.values()
        if node.package_name == 'coterie' and node.resource_type in ['model', 'seed']
        and node.config.materialized in ['table', 'incremental', 'seed'] and node.config.enabled
    -%}
        {%- if node.schema not in found -%}
            {%- set names = [] -%}
            {%- for row in run_query('show tables in ' ~ adapter.quote(node.schema)).rows -%}
                {%- do names.append(row[1] | lower) -%}
            {%- endfor -%}
            {%- do found.update({node.schema: names}) -%}
        {%- endif -%}
        {%- if node.alias | lower not in found[node.schema] -%}
            {%- do missing.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for node in missing -%}
        {%- set schema = adapter.quote(node.schema) -%}
        {%- set described = run_query('describe database ' ~ schema).rows -%}
        {%- for row in described if row[0] == 'Location' -%}
            {%- do run_query('create table if not exists ' ~ schema ~ '.coterie_leftover (nothing int) using parquet') -%}
            {%- do run_query(
                'alter table ' ~ schema ~ ".coterie_leftover set location '" ~ row[1] ~ '/' ~ node.alias | lower ~ "'"
            ) -%}
            {%- do run_query('drop table ' ~ schema ~ '.coterie_leftover') -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
