with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

golden_records as (
    select * from {{ ref('coterie', 'golden_records') }}
),

postal_areas as (
    select * from {{ ref('coterie', 'postal_areas') }}
),

features_geographic as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        postal_areas.population as area_population,
        postal_areas.median_income as area_median_income,
        postal_areas.km_to_city as area_km_to_city
    from customer_dates
    left join golden_records
        on
            customer_dates.customer_id = golden_records.customer_id
            and coalesce(golden_records.location_known_on, customer_dates.as_of_date) <= customer_dates.as_of_date
            and coalesce(golden_records.country_known_on, customer_dates.as_of_date) <= customer_dates.as_of_date
    left join postal_areas
        on
            golden_records.country = postal_areas.country
            and golden_records.postal_code = postal_areas.postal_code
)

select * from features_geographic
