with places as (
    select * from {{ ref('coterie', 'stg_places') }}
),

cities as (
    select
        latitude,
        longitude
    from places
    where population >= {{ var('city_population') }} and latitude is not null and longitude is not null
),

-- Great-circle distance by the haversine formula, mean radius of the earth 6371.0088 km (IUGG).
city_distances as (
    select
        places.country,
        places.postal_code,
        min(
            2 * 6371.0088 * asin(sqrt(least(
                1,
                power(sin(radians(cast(cities.latitude - places.latitude as double)) / 2), 2)
                + cos(radians(cast(places.latitude as double)))
                * cos(radians(cast(cities.latitude as double)))
                * power(sin(radians(cast(cities.longitude - places.longitude as double)) / 2), 2)
            )))
        ) as km_to_city
    from places
    cross join cities
    where places.latitude is not null and places.longitude is not null
    group by places.country, places.postal_code
),

postal_areas as (
    select
        places.country,
        places.postal_code,
        places.population,
        places.median_income,
        city_distances.km_to_city
    from places
    left join city_distances
        on
            places.country = city_distances.country
            and places.postal_code = city_distances.postal_code
)

select * from postal_areas
