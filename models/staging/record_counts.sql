-- noqa: disable=LT02
-- raw rows are counted in the input itself, not in what was made of it: that is what conservation is tested against
with raw_counts as (
    {%- for table in coterie.contract_tables() %}
        select
            '{{ table }}' as source_table,
            cast({{ coterie.input_is_present(table) | lower }} as boolean) as is_present,
            count(*) as raw_rows
        from ({{ coterie.input(table) }}) as raw_{{ table }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

checked_counts as (
    {%- for table in coterie.contract_tables() %}
        select
            '{{ table }}' as source_table,
            sum(case when reason_code is not null and copy_number = 1 then 1 else 0 end) as rejected_rows,
            sum(case when copy_number > 1 then 1 else 0 end) as duplicate_rows
        from {{ ref('coterie', 'checked_' ~ table) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

-- accepted rows are counted where others read them, so that a defect between the two shows
accepted_counts as (
    {%- for table in coterie.contract_tables() %}
        select
            '{{ table }}' as source_table,
            count(*) as accepted_rows
        from {{ ref('coterie', 'stg_' ~ table) }}
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

record_counts as (
    select
        raw_counts.source_table,
        raw_counts.is_present,
        cast(raw_counts.raw_rows as bigint) as raw_rows,
        cast(accepted_counts.accepted_rows as bigint) as accepted_rows,
        cast(coalesce(checked_counts.rejected_rows, 0) as bigint) as rejected_rows,
        cast(coalesce(checked_counts.duplicate_rows, 0) as bigint) as duplicate_rows
    from raw_counts
    left join checked_counts
        on raw_counts.source_table = checked_counts.source_table
    left join accepted_counts
        on raw_counts.source_table = accepted_counts.source_table
)

select * from record_counts
