{{ config(materialized='view') }}

with

customer_vectors as (

    select * from {{ ref('coterie', 'customer_vectors') }}

),

-- One row a model: its axes in order.
axes as (

    select
        model_version,
        {{ coterie.ordered_array(coterie.make_struct({'weights': 'weights', 'bias': 'bias'}), 'axis') }} as axes
    from {{ ref('coterie', 'segment_map_axes') }}
    group by model_version

),

positions as (

    select
        customer_vectors.customer_id,
        customer_vectors.model_version,
        {{ coterie.place_on_axis('customer_vectors.prepared', 'axes.axes', 1) }} as pca_1,
        {{ coterie.place_on_axis('customer_vectors.prepared', 'axes.axes', 2) }} as pca_2,
        {{ coterie.place_on_axis('customer_vectors.prepared', 'axes.axes', 3) }} as pca_3
    from customer_vectors
    inner join axes
        on customer_vectors.model_version = axes.model_version

)

select * from positions
