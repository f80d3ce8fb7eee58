{#- Statement that makes a relation of the Parquet files of a folder, without copying a row. -#}
{% macro table_over_files(relation, folder) -%}
    {{ return(adapter.dispatch('table_over_files', 'coterie')(relation, folder)) }}
{%- endmacro %}

{% macro default__table_over_files(relation, folder) -%}
    create table {{ relation }} using parquet location {{ coterie.text_literal(folder) }}
{%- endmacro %}

{% macro duckdb__table_over_files(relation, folder) -%}
    create view {{ relation }} as
    select * from read_parquet({{ coterie.text_literal(folder ~ '/*.parquet') }})
{%- endmacro %}
