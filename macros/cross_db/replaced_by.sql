{#- Settings of an incremental model whose rows are replaced in groups that share the value of a column: deleted and
    inserted in one transaction, or, where rows cannot be deleted, by partition. Write them into config() with `**`. -#}
{%- macro replaced_by(column) -%}
    {{ return(adapter.dispatch('replaced_by', 'coterie')(column)) }}
{%- endmacro -%}

{%- macro default__replaced_by(column) -%}
    {{ return({'incremental_strategy': 'insert_overwrite', 'partition_by': column}) }}
{%- endmacro -%}

{%- macro duckdb__replaced_by(column) -%}
    {{ return({'incremental_strategy': 'delete+insert', 'unique_key': column}) }}
{%- endmacro -%}


{#- After `select` of a model that is replaced by a column: engines that write a file for each partition and task are told
    to bring the rows of a partition together first. -#}
{%- macro gathered_by(column) -%}
    {{ return(adapter.dispatch('gathered_by', 'coterie')(column)) }}
{%- endmacro -%}

{%- macro default__gathered_by(column) -%}
{%- endmacro -%}

{%- macro spark__gathered_by(column) -%}
    /*+ rebalance({{ column }}) */
{%- endmacro -%}


{#- Statement that takes the rows of a relation away whose whole number in a column is at most a limit, or in another
    comparison with it; empty where there are none. limit: SQL expression, a scalar subquery for example. -#}
{%- macro delete_up_to(relation, column, limit, comparison='<=') -%}
    {{ return(adapter.dispatch('delete_up_to', 'coterie')(relation, column, limit, comparison)) }}
{%- endmacro -%}

{%- macro default__delete_up_to(relation, column, limit, comparison='<=') -%}
    delete from {{ relation }} where {{ column }} {{ comparison }} {{ limit }}
{%- endmacro -%}

{#- Rows of Parquet cannot be deleted; partitions can be dropped, each by its own value. -#}
{%- macro spark__delete_up_to(relation, column, limit, comparison='<=') -%}
    {%- set values = [] -%}
    {%- if execute -%}
        {%- set found = run_query(
            'select distinct ' ~ column ~ ' from ' ~ relation ~ ' where ' ~ column ~ ' ' ~ comparison ~ ' ' ~ limit
            ~ ' order by 1'
        ) -%}
        {%- for row in found.rows -%}
            {%- do values.append('partition (' ~ column ~ ' = ' ~ (row[0] | int) ~ ')') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if values -%}
        alter table {{ relation }} drop if exists {{ values | join(', ') }}
    {%- endif -%}
{%- endmacro -%}
