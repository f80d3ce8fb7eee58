{#- The last steps of every checked model, as CTEs `numbered` to `settled`, written after its `judged` step.

    judged must hold: the canonical columns, the columns of raw_columns(), and reason_code (null where the row is fine
    in itself).
    keys: columns that identify a row of the table; optional_keys: those of them that may be empty. latest_by: order that
    puts the version to keep first; equal versions are told apart by the hash of the row.
    streams: judged also holds is_repeated, false for every row that shares its key with no other: such a row is passed
    on as it is, and only the few others are hashed and numbered. Large tables need that; judged must then be
    not_materialized().

    A row equal to another in every raw column is a duplicate (copy_number > 1). Among the rows of one key that are
    fine in themselves the latest version stays; the others are superseded. -#}
{% macro settle_rows(table, keys, optional_keys=[], latest_by=none, streams=false) -%}
{%- set columns = coterie.contract_columns(table) -%}
hashed as (
    select
        *,
        {{ coterie.row_hash(columns) }} as row_hash
    from judged
    {%- if streams %}
    where is_repeated
    {%- endif %}
),

numbered as (
    select
        *,
        row_number() over (partition by row_hash order by row_hash) as copy_number
    from hashed
),

versioned as (
    select
        *,
        case
            when reason_code is not null then reason_code
            when copy_number = 1 and row_number() over (
                partition by {{ keys | join(', ') }}, reason_code is null and copy_number = 1
                order by {{ latest_by ~ ', ' if latest_by }}row_hash desc
            ) > 1 then 'superseded'
        end as settled_reason_code
    from numbered
),

settled as (
    {%- if streams %}
    select
        *,
        cast(null as {{ dbt.type_string() }}) as row_hash,
        1 as copy_number,
        reason_code as settled_reason_code
    from judged
    where not is_repeated

    union all
    {% endif %}
    select * from versioned
)
{%- endmacro %}


{#- The last columns of every checked model: what settle_rows() decided. -#}
{% macro settled_columns(table, keys, optional_keys=[]) -%}
    {{ coterie.record_key(keys, optional_keys) }} as record_key,
    row_hash,
    cast(copy_number as int) as copy_number,
    settled_reason_code as reason_code,
    case when settled_reason_code is not null then
        {{ coterie.raw_row(coterie.contract_columns(table)) }}
    end as raw_row
{%- endmacro %}


{#- md5 of everything that arrived in a row. Columns are joined by the unit separator and a null is the record separator:
    control characters that text does not hold, so that no two different rows are joined to the same text. -#}
{% macro row_hash(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce(raw_{{ column }}, chr(30)){{ " || chr(31) ||" if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{#- What arrived, as JSON. -#}
{% macro raw_row(columns) -%}
    {%- set pairs = [] -%}
    {%- for column in columns -%}
        {%- do pairs.append([column, 'raw_' ~ column]) -%}
    {%- endfor -%}
    {{ coterie.json_row(pairs) }}
{%- endmacro %}


{#- One text that names a row: its key values as they arrived, joined by '|'; where a key that may not be empty is, the hash
    of the row, so that it is never null. -#}
{% macro record_key(keys, optional_keys=[]) -%}
    coalesce(
        {%- for key in keys %}
        {%- set text = coterie.trim_text('raw_' ~ key) %}
        {{ 'coalesce(' if key in optional_keys else 'nullif(' }}{{ text }}, '')
        {{- " || '|' ||" if not loop.last else ',' }}
        {%- endfor %}
        row_hash
    )
{%- endmacro %}
