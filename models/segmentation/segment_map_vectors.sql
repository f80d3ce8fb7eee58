with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

-- A map is drawn once, when its model is new.
drawn_maps as (

    select distinct points.model_version
    from {{ coterie.previous('segment_map_points', {'model_version': dbt.type_string()}) }} as points

),

undrawn_model as (

    select accepted_model.model_version
    from accepted_model
    left join drawn_maps
        on accepted_model.model_version = drawn_maps.model_version
    where drawn_maps.model_version is null

),

map_vectors as (

    select
        customer_vectors.customer_id,
        customer_vectors.as_of_date,
        customer_vectors.model_version,
        customer_vectors.encoded
    from {{ ref('coterie', 'customer_vectors') }} as customer_vectors
    inner join undrawn_model
        on customer_vectors.model_version = undrawn_model.model_version
    order by md5(customer_vectors.customer_id), customer_vectors.customer_id
    limit {{ var('segment_map_rows') }}

)

select * from map_vectors
