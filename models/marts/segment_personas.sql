with segment_personas_store as (

    select * from {{ coterie.published('segment_personas_store') }}

),

segment_personas as (

    select
        cast(segment_id as string) as segment_id,
        cast(language as string) as language,
        cast(level as string) as level,
        cast(segment_name as string) as segment_name,
        cast(description as string) as description,
        cast(traits as string) as traits,
        cast(typical_value as string) as typical_value,
        cast(typical_channel as string) as typical_channel,
        cast(typical_time as string) as typical_time,
        cast(typical_basket as string) as typical_basket,
        cast(recommended_use as string) as recommended_use,
        cast(model_version as string) as model_version
    from segment_personas_store

)

select * from segment_personas
