with customer_segments_store as (

    select * from {{ coterie.published('customer_segments_store') }}

),

customer_segments as (

    select
        cast(customer_id as string) as customer_id,
        cast(as_of_date as date) as as_of_date,
        cast(segment_id as string) as segment_id,
        cast(segment_name as string) as segment_name,
        cast(macro_segment_id as string) as macro_segment_id,
        cast(macro_segment_name as string) as macro_segment_name,
        cast(micro_segment_id as string) as micro_segment_id,
        cast(micro_segment_name as string) as micro_segment_name,
        cast(distance as double) as distance,
        cast(confidence as double) as confidence,
        cast(second_segment_id as string) as second_segment_id,
        cast(unassigned_reason as string) as unassigned_reason,
        cast(reason_1 as string) as reason_1,
        cast(reason_2 as string) as reason_2,
        cast(reason_3 as string) as reason_3,
        cast(pca_1 as double) as pca_1,
        cast(pca_2 as double) as pca_2,
        cast(pca_3 as double) as pca_3,
        cast(model_version as string) as model_version
    from customer_segments_store

)

select * from customer_segments
