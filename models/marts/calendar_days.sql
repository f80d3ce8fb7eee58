-- What the semantic layer counts time along: whole years around all data, the same on every day of the run.
with digits as (

    {% for digit in range(10) -%}
    {{ 'union all ' if not loop.first }}select {{ digit }} as digit
    {% endfor %}
),

numbers as (

    select
        ones.digit + 10 * tens.digit + 100 * hundreds.digit
        + 1000 * thousands.digit + 10000 * ten_thousands.digit as number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as ten_thousands
    where ten_thousands.digit <= 2

),

days as (

    select cast({{ dbt.dateadd('day', 'number', "cast('1990-01-01' as date)") }} as date) as calendar_date
    from numbers

),

calendar_days as (

    select calendar_date
    from days
    where calendar_date <= cast('2049-12-31' as date)

)

select * from calendar_days
