"""Places and weather: tables that do not grow with the number of customers."""

from coterie.demo.damage import UNPARSABLE_DATES, damage_of
from coterie.demo.randomness import choose, normal, pick, salt, uniform, whole
from coterie.demo.spellings import CITIES, COUNTRIES

WEATHER_AREAS = 40


def raw_places_query() -> str:
    """One row per postal area, damage done."""
    state = f"child_state(mixed(seed_state, {salt('places')}), place_number)"
    which = whole("state", "city noise", 2)
    noise = f"case {which} when 0 then upper(city) else strip_accents(city) end"
    return f"""
with drawn as (
    select places_by_number.*, {state} as state from places_by_number, period
),
damaged as (
    select *, {damage_of("places", "state")} as damage from drawn
)
select
    case damage when 'country_spelling'
        then {choose(COUNTRIES, "country", "state", "country noise", "country")}
        else country end as country,
    postal_code,
    case damage when 'city_spelling' then {choose(CITIES, "city", "state", "city name", noise)}
        else city end as city,
    region,
    cast(latitude as varchar) as latitude,
    cast(longitude as varchar) as longitude,
    cast(population as varchar) as population,
    cast(median_income as varchar) as median_income,
    damage,
    case damage when 'country_spelling' then country when 'city_spelling' then city end
        as expected_value
from damaged"""


def raw_daily_weather_query(days: int) -> str:
    """Weather of the centres of the largest cities, a season and a day's whim."""
    return f"""
with areas as (
    select country, postal_code, latitude, place_number
    from places_by_number
    where is_centre
    order by population * case when country = 'FR' then 2 else 1 end desc, place_number
    limit {WEATHER_AREAS}
),
drawn as (
    select
        areas.*,
        period_start + to_days(cast(day_number as integer)) as day_at,
        child_state(child_state(mixed(seed_state, {salt("weather")}), place_number), day_number)
            as state
    from areas, period, range(0, {days}) as days(day_number)
),
damaged as (
    select *, {damage_of("daily_weather", "state")} as damage from drawn
)
select
    country,
    case damage when 'missing_key' then null else postal_code end as postal_code,
    case damage
        when 'unparsable_date'
            then {pick(UNPARSABLE_DATES, "state", "no date")} || ' ' || cast(day_at as date)
        when 'in_the_future' then strftime(day_at + interval 4000 day, '%Y-%m-%d')
        when 'date_spelling' then strftime(day_at, '%d/%m/%Y')
        else strftime(day_at, '%Y-%m-%d')
    end as observed_on,
    cast(cast(12 - (latitude - 47) * 0.8
        - 9 * cos(2 * pi() * (dayofyear(day_at) - 15) / 365.25)
        + 3 * {normal("state", "temperature")} as decimal(9, 1)) as varchar) as temperature_c,
    cast(cast(case when {uniform("state", "rains")} < 0.35
        then -ln(1 - {uniform("state", "rain")}) * 6 else 0 end as decimal(9, 1)) as varchar)
        as precipitation_mm,
    damage,
    case damage when 'date_spelling' then strftime(day_at, '%Y-%m-%d') end as expected_value
from damaged"""
