with checked_daily_weather as (
    select * from {{ ref('coterie', 'checked_daily_weather') }}
),

accepted as (
    select
        country,
        postal_code,
        observed_on,
        temperature_c,
        precipitation_mm,
        record_key
    from checked_daily_weather
    where reason_code is null and copy_number = 1
)

select * from accepted
