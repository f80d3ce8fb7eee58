with

last_publication as (

    select
        publications.publication_id,
        publications.as_of_date,
        publications.model_version
    from {{ coterie.previous('publications', {
        'publication_id': 'bigint', 'as_of_date': 'date', 'model_version': dbt.type_string()
    }) }} as publications
    where publications.publication_id = {{ coterie.last_publication_id() }}

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

last_segments as (

    select
        earlier_segments.customer_id,
        earlier_segments.segment_id
    from {{ coterie.previous('customer_segments_store', {
        'publication_id': 'bigint', 'customer_id': dbt.type_string(), 'segment_id': dbt.type_string()
    }) }} as earlier_segments
    inner join last_publication
        on earlier_segments.publication_id = last_publication.publication_id
    where earlier_segments.segment_id is not null

),

current_segments as (

    select current_segments.*
    from {{ coterie.segments_of_last_model('last_publication') }} as current_segments

),

counts as (

    select
        count(*) as compared_customers,
        count(case when current_segments.segment_id = last_segments.segment_id then 1 end) as stayers
    from current_segments
    inner join last_segments
        on current_segments.customer_id = last_segments.customer_id

),

stayers as (

    select
        last_publication.publication_id as last_publication_id,
        last_publication.as_of_date as last_as_of_date,
        last_publication.model_version as last_model_version,
        {{ dbt.datediff('last_publication.as_of_date', 'as_of_dates.as_of_date', 'day') }} as days_since_last, -- noqa: LT05
        counts.compared_customers,
        counts.stayers,
        cast(counts.stayers as double) / nullif(counts.compared_customers, 0) as stayer_share,
        -- Shorter spans are held to what 30 days allow.
        power(
            {{ var('stayers_min') }},
            greatest(
                {{ dbt.datediff('last_publication.as_of_date', 'as_of_dates.as_of_date', 'day') }}, 30
            ) / cast(30 as double)
        ) as stayer_share_min
    from as_of_dates
    cross join counts
    left join last_publication
        on true

)

select * from stayers
