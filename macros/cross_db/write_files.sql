{#- Statement that writes the rows of a query as Parquet files into a folder, in place of those that were there. -#}
{% macro write_files(query, folder) -%}
    {{ return(adapter.dispatch('write_files', 'coterie')(query, folder)) }}
{%- endmacro %}

{% macro default__write_files(query, folder) -%}
    insert overwrite directory {{ coterie.text_literal(folder) }} using parquet
    {{ query }}
{%- endmacro %}

{% macro duckdb__write_files(query, folder) -%}
    copy ({{ query }}) to {{ coterie.text_literal(folder) }}
    (format parquet, per_thread_output true, overwrite true)
{%- endmacro %}


{#- Statement that makes the folder that such folders are written below; empty where the engine makes it by itself. -#}
{% macro make_folder(folder) -%}
    {{ return(adapter.dispatch('make_folder', 'coterie')(folder)) }}
{%- endmacro %}

{% macro default__make_folder(folder) -%}
{%- endmacro %}

{#- Partitions of no rows: a folder and not one file in it. -#}
{% macro duckdb__make_folder(folder) -%}
    copy (select 0 as part, 0 as value where false)
    to {{ coterie.text_literal(folder) }}
    (format parquet, partition_by (part), overwrite_or_ignore true)
{%- endmacro %}
