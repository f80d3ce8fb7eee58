{#- One of the last five days of a month: after most salaries have come in. -#}
{%- macro is_month_end(date) -%}
    {{ dbt.datediff(date, 'cast(' ~ dbt.last_day(date, 'month') ~ ' as date)', 'day') }} < 5
{%- endmacro -%}
