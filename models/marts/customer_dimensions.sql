with customer_dimensions_store as (

    select * from {{ coterie.published('customer_dimensions_store') }}

),

customer_dimensions as (

    select
        cast(customer_id as string) as customer_id,
        cast(as_of_date as date) as as_of_date,
        cast(age_band as string) as age_band,
        cast(gender as string) as gender,
        cast(has_partner as string) as has_partner,
        cast(education as string) as education,
        cast(lifecycle_stage as string) as lifecycle_stage,
        cast(recency_class as string) as recency_class,
        cast(frequency_class as string) as frequency_class,
        cast(value_class as string) as value_class,
        cast(favourite_channel as string) as favourite_channel,
        cast(favourite_category as string) as favourite_category,
        cast(buys_at_month_end as string) as buys_at_month_end,
        cast(buys_at_weekend as string) as buys_at_weekend,
        cast(buys_in_evening as string) as buys_in_evening,
        cast(strongest_attitude as string) as strongest_attitude,
        cast(top_interest as string) as top_interest,
        cast(country as string) as country,
        cast(region as string) as region,
        cast(area_type as string) as area_type,
        cast(device as string) as device,
        cast(platform as string) as platform,
        cast(content as string) as content
    from customer_dimensions_store

)

select * from customer_dimensions
