{#- Names of the columns of a contract table, in contract order. `graph` is empty while dbt parses and in dbt unit
    tests: unit tests of models that need the list override this macro with it. -#}
{% macro contract_columns(table) -%}
    {%- set contract_table = coterie.contract_table(table) -%}
    {{ return(contract_table.columns.keys() | list if contract_table else []) }}
{%- endmacro %}


{#- The source of the contract as dbt knows it (columns with type and meta), none where `graph` is empty. -#}
{% macro contract_table(table) -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.get('sources', {}).values() -%}
            {%- if node.package_name == 'coterie' and node.source_name == 'coterie_input' and node.name == table -%}
                {%- do found.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found[0] if found else none) }}
{%- endmacro %}
