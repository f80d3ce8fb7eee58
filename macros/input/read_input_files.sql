{#- Operation: makes the contract's tables, in the schema where the build looks for them, of Parquet files: one folder for each
    table below `folder`, named like it. A table of that name from an earlier call is replaced.

    dbt run-operation coterie.read_input_files --args '{folder: /data/raw, tables: [orders, contacts]}' -#}
{% macro read_input_files(folder, tables=none) -%}
    {%- for table in tables or coterie.contract_tables() -%}
        {%- do coterie._check_tables('tables', [table]) -%}
        {%- set contract_table = coterie.contract_table(table) -%}
        {%- set relation = api.Relation.create(
            database=contract_table.database, schema=contract_table.schema, identifier=contract_table.identifier
        ) -%}
        {%- if loop.first -%}
            {%- do adapter.create_schema(relation) -%}
        {%- endif -%}
        {%- set existing = load_relation(relation) -%}
        {%- if existing -%}
            {%- do adapter.drop_relation(existing) -%}
        {%- endif -%}
        {%- do run_query(coterie.table_over_files(relation, folder ~ '/' ~ table)) -%}
        {%- do log(relation ~ ' reads ' ~ folder ~ '/' ~ table, info=true) -%}
    {%- endfor -%}
{%- endmacro %}
