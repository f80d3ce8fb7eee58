with segment_profiles_store as (

    select * from {{ coterie.published('segment_profiles_store') }}

),

segment_profiles as (

    select
        cast(segment_id as string) as segment_id,
        cast(feature as string) as feature,
        cast(known_customers as bigint) as known_customers,
        cast(mean as double) as mean,
        cast(median as double) as median,
        cast(population_mean as double) as population_mean,
        cast(index_100 as double) as index_100,
        cast(z as double) as z,
        cast(model_version as string) as model_version
    from segment_profiles_store

)

select * from segment_profiles
