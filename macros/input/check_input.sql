{#- Runs before a build (on-run-start). Stops it with one sentence if a setting cannot be right, if a source table lacks a
    required column, or if there are neither orders nor events. Stays silent unless models of Coterie's that read
    settings or input are about to be built: a project may hold much else. -#}
{% macro check_input() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'retry'] -%}
        {%- set selected = coterie._starting_with(selected_resources, 'model.coterie.') -%}
        {%- if selected -%}
            {%- do coterie.check_settings() -%}
        {%- endif -%}
        {%- if coterie._starting_with(selected, 'model.coterie.checked_') -%}
            {%- do coterie.check_input_tables() -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- Stops if a source table that exists lacks a required column, or if there are neither orders nor events. Models of the
    user's own may not be built yet: their columns are looked at when they are read (see input). -#}
{% macro check_input_tables() -%}
    {%- set input_models = var('input_models', {}) -%}
    {%- set present = input_models.keys() | list -%}
    {%- set looked_for = [] -%}
    {%- for table in coterie.contract_tables() if table not in input_models -%}
        {%- set contract_table = coterie.contract_table(table) -%}
        {%- set relation = adapter.get_relation(
            contract_table.database, contract_table.schema, contract_table.identifier
        ) -%}
        {%- if relation -%}
            {%- do present.append(table) -%}
            {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
            {%- do coterie.check_required_columns(contract_table, relation, names, none) -%}
        {%- elif table in ('orders', 'events') -%}
            {%- do looked_for.append(contract_table.schema ~ '.' ~ contract_table.identifier) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if 'orders' not in present and 'events' not in present -%}
        {{ exceptions.raise_compiler_error(
            "Neither input table 'orders' nor input table 'events' was found (looked for " ~ looked_for | join(' and ')
            ~ "): load one of them, say where it is by the vars input_schema and input_identifiers, or map one of your"
            ~ " models to it by the var input_models."
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro _starting_with(names, prefix) -%}
    {%- set found = [] -%}
    {%- for name in names if name.startswith(prefix) -%}
        {%- do found.append(name) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
