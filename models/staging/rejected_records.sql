-- noqa: disable=LT02
with rejection_reasons as (
    select * from {{ ref('coterie', 'rejection_reasons') }}
),

rejected as (
    {%- for table in coterie.contract_tables() %}
        select
            '{{ table }}' as source_table,
            record_key,
            reason_code,
            raw_row
        from {{ ref('coterie', 'checked_' ~ table) }}
        where reason_code is not null and copy_number = 1
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

explained as (
    select
        rejected.source_table,
        rejected.record_key,
        rejected.reason_code,
        rejection_reasons.reason,
        rejected.raw_row
    from rejected
    left join rejection_reasons
        on rejected.reason_code = rejection_reasons.reason_code
)

select * from explained
