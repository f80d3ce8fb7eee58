{#- The rows of a contract table, every contract column present and cast to text, in contract order.
    1. A model of the user's own (var input_models), or else the source table: columns the contract calls optional and
       the relation lacks become typed nulls; a missing required column stops the build with one sentence.
    2. No such table: an empty relation of the contract's columns and types.
    While dbt parses, and in unit tests, there is nothing to look at: all columns are selected as they are. -#}
{% macro input(table) -%}
    {%- set mapped = var('input_models', {}).get(table) -%}
    {%- set relation = coterie.model_ref(mapped) if mapped else source('coterie_input', table) -%}
    {%- set contract_table = coterie.contract_table(table) -%}
    {%- if not execute or not contract_table or relation.is_cte -%}
        select * from {{ relation }}
    {%- else -%}
        {%- set existing = load_relation(relation) -%}
        {%- if not existing and not mapped -%}
            {{ coterie._empty_input(contract_table) }}
        {%- else -%}
            {%- set found = adapter.get_columns_in_relation(relation) if existing else [] -%}
            {{ coterie._select_input(contract_table, relation, found, mapped) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro _empty_input(contract_table) -%}
    select
        {%- for column in contract_table.columns.values() %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
{%- endmacro %}


{% macro _select_input(contract_table, relation, found, mapped) -%}
    {#- A mapped model that is not built yet (dbt compile, dbt docs) is taken at its word. -#}
    {%- set names = {} -%}
    {%- for column in found -%}
        {%- do names.update({column.name | lower: column.name}) -%}
    {%- endfor -%}
    {%- if found -%}
        {%- do coterie.check_required_columns(contract_table, relation, names.keys() | list, mapped) -%}
    {%- endif -%}
    select
        {%- for column in contract_table.columns.values() %}
        {%- if not found %}
        cast({{ column.name }} as {{ column.data_type }})
        {%- elif column.name in names %}
        cast({{ adapter.quote(names[column.name]) }} as {{ column.data_type }})
        {%- else %}
        cast(null as {{ column.data_type }})
        {%- endif %} as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
{%- endmacro %}
