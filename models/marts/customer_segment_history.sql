with customer_segment_history_store as (

    select * from {{ ref('coterie', 'customer_segment_history_store') }}

),

publications as (

    select * from {{ ref('coterie', 'publications') }}

),

changes as (

    select
        customer_segment_history_store.customer_id,
        customer_segment_history_store.segment_id,
        customer_segment_history_store.model_version,
        publications.publication_id,
        publications.as_of_date as valid_from
    from customer_segment_history_store
    inner join publications
        on customer_segment_history_store.publication_id = publications.publication_id

),

-- A later publication is right about all that follows its day, also where it goes back in time.
ended as (

    select
        *,
        min(valid_from) over (
            partition by customer_id order by publication_id
            rows between 1 following and unbounded following
        ) as valid_to
    from changes

),

compared as (

    select
        *,
        lag(segment_id) over (partition by customer_id order by publication_id) as segment_before
    from ended
    where valid_to is null or valid_to > valid_from

),

-- What lay between two periods in one segment can have been taken back: they are one.
periods as (

    select
        customer_id,
        segment_id,
        model_version,
        valid_from,
        lead(valid_from) over (partition by customer_id order by publication_id) as valid_to
    from compared
    where coalesce(segment_id, '') <> coalesce(segment_before, '')

),

customer_segment_history as (

    select
        cast(customer_id as string) as customer_id,
        cast(segment_id as string) as segment_id,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to,
        cast(model_version as string) as model_version
    from periods
    where segment_id is not null

)

select * from customer_segment_history
