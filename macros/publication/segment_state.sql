{#- Query of the segment that each customer was last said to have, of rows like those of customer_segment_history_store: a
    change counts from its publication on. publications: SQL list or subquery of the publications that count. -#}
{% macro segment_state(changes, publications) -%}
    select
        numbered.customer_id,
        numbered.segment_id
    from (
        select
            changes.customer_id,
            changes.segment_id,
            row_number() over (partition by changes.customer_id order by changes.publication_id desc) as place
        from {{ changes }} as changes
        where changes.publication_id in ({{ publications }})
    ) as numbered
    where numbered.place = 1
{%- endmacro %}
