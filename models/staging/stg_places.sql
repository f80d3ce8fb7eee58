with checked_places as (
    select * from {{ ref('coterie', 'checked_places') }}
),

accepted as (
    select
        country,
        postal_code,
        city,
        region,
        latitude,
        longitude,
        population,
        median_income,
        record_key
    from checked_places
    where reason_code is null and copy_number = 1
)

select * from accepted
