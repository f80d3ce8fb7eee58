{#- What a model of ours held before this build: a subquery over its stored relation, without a ref,
    because state read backwards must not become an arrow of the graph. The relation is looked up
    through the graph, so it follows every custom schema and alias. Before the first build, and in
    unit tests (where the graph is empty), it is a typed empty relation; a column that the stored
    relation does not have yet is null.

    columns: ordered mapping of column name to type.

    In a model that other nodes rely on to be early or late, order is the reader's affair: this gives
    what is stored at the moment the query runs. -#}
{% macro previous(model_name, columns) -%}
    {%- set relation = coterie._stored_relation(model_name) -%}
    {%- set stored = [] -%}
    {%- if relation is not none -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do stored.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    (
        select
            {%- for name, type in columns.items() %}
            cast({{ 'stored_rows.' ~ name if name in stored else 'null' }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        {%- if relation is not none %}
        from {{ relation }} as stored_rows
        {%- else %}
        where 1 = 0
        {%- endif %}
    )
{%- endmacro %}

{% macro _stored_relation(model_name) -%}
    {%- set node = graph.get('nodes', {}).get('model.coterie.' ~ model_name) if execute else none -%}
    {{- return(
        adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias)
        if node else none
    ) -}}
{%- endmacro %}
