{{ config(**coterie.replaced_by('publication_id')) }}

with dimension_values as (

    select * from {{ ref('coterie', 'dimension_values') }}

),

stored as (

    select
        dimension_values.customer_id,
        dimension_values.as_of_date,
        dimension_values.age_band,
        dimension_values.gender,
        dimension_values.has_partner,
        dimension_values.education,
        dimension_values.lifecycle_stage,
        dimension_values.recency_class,
        dimension_values.frequency_class,
        dimension_values.value_class,
        dimension_values.favourite_channel,
        dimension_values.favourite_category,
        dimension_values.buys_at_month_end,
        dimension_values.buys_at_weekend,
        dimension_values.buys_in_evening,
        dimension_values.strongest_attitude,
        dimension_values.top_interest,
        dimension_values.country,
        dimension_values.region,
        dimension_values.area_type,
        dimension_values.device,
        dimension_values.platform,
        dimension_values.content,
        {{ coterie.candidate_columns() }}
    from dimension_values
    {{ coterie.join_candidate() }}

)

select * from stored
