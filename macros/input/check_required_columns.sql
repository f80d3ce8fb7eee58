{#- Stops with one sentence if a relation lacks a required column of its contract table. -#}
{% macro check_required_columns(contract_table, relation, names, mapped) -%}
    {%- for column in contract_table.columns.values() -%}
        {%- if coterie.column_meta(column).get('is_required') and column.name not in names -%}
            {{ exceptions.raise_compiler_error(
                "Input table '" ~ contract_table.name ~ "' (" ~ relation ~ ") lacks the required column '" ~ column.name
                ~ "': it has " ~ (names | sort | join(', ')) ~ "; "
                ~ ("add '" ~ column.name ~ "' to the model '" ~ mapped ~ "'" if mapped else
                   "add it, or map '" ~ contract_table.name ~ "' to a model that has it by the var input_models")
                ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{% macro column_meta(column) -%}
    {{ return(column.get('config', {}).get('meta') or column.get('meta') or {}) }}
{%- endmacro %}
