{#- Whole-number or decimal total of a measure over the last `days` days, 0 where there were none. -#}
{%- macro sum_within(measure, days=none, data_type='bigint') -%}
    {%- if days -%}
    cast(coalesce(sum(case when age_days < {{ days }} then {{ measure }} end), 0) as {{ data_type }})
    {%- else -%}
    cast(coalesce(sum({{ measure }}), 0) as {{ data_type }})
    {%- endif -%}
{%- endmacro -%}
