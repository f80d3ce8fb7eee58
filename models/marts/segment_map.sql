-- No part of the publication waits for a picture: its coordinates are kept by model_version, so that a publication
-- shows the map of its own model and no other.
with customer_segments_store as (

    select * from {{ coterie.published('customer_segments_store') }}

),

segment_map_points as (

    select * from {{ ref('coterie', 'segment_map_points') }}

),

segment_map as (

    select
        cast(customer_segments_store.customer_id as string) as customer_id,
        cast(customer_segments_store.segment_id as string) as segment_id,
        cast(customer_segments_store.segment_name as string) as segment_name,
        cast(segment_map_points.tsne_x as double) as tsne_x,
        cast(segment_map_points.tsne_y as double) as tsne_y,
        cast(segment_map_points.tsne3_x as double) as tsne3_x,
        cast(segment_map_points.tsne3_y as double) as tsne3_y,
        cast(segment_map_points.tsne3_z as double) as tsne3_z,
        cast(customer_segments_store.pca_1 as double) as pca_1,
        cast(customer_segments_store.pca_2 as double) as pca_2,
        cast(customer_segments_store.pca_3 as double) as pca_3,
        cast(segment_map_points.as_of_date as date) as drawn_as_of_date,
        cast(customer_segments_store.model_version as string) as model_version
    from customer_segments_store
    inner join segment_map_points
        on
            customer_segments_store.customer_id = segment_map_points.customer_id
            and customer_segments_store.model_version = segment_map_points.model_version

)

select * from segment_map
