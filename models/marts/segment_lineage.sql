with

segment_lineage_log as (

    select * from {{ ref('coterie', 'segment_lineage_log') }}

),

-- What a refused or retracted build learnt about segments is nobody's lineage.
published_models as (

    select
        model_version,
        min(publication_id) as publication_id,
        min(as_of_date) as as_of_date
    from {{ ref('coterie', 'publications') }}
    group by model_version

),

segment_lineage as (

    select
        cast(segment_lineage_log.model_version as string) as model_version,
        cast(published_models.publication_id as bigint) as publication_id,
        cast(published_models.as_of_date as date) as as_of_date,
        cast(segment_lineage_log.from_segment_id as string) as from_segment_id,
        cast(segment_lineage_log.to_segment_id as string) as to_segment_id,
        cast(segment_lineage_log.kind as string) as kind,
        cast(segment_lineage_log.customers_from as bigint) as customers_from,
        cast(segment_lineage_log.customers_to as bigint) as customers_to,
        cast(segment_lineage_log.overlap as bigint) as overlap,
        cast(segment_lineage_log.share_of_from as double) as share_of_from,
        cast(segment_lineage_log.share_of_to as double) as share_of_to,
        cast(segment_lineage_log.jaccard as double) as jaccard,
        cast(segment_lineage_log.prototype_distance as double) as prototype_distance,
        cast(segment_lineage_log.basis as string) as basis
    from segment_lineage_log
    inner join published_models
        on segment_lineage_log.model_version = published_models.model_version

)

select * from segment_lineage
