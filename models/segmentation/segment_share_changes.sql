with

last_publication as (

    select
        publications.publication_id,
        publications.model_version
    from {{ coterie.published_models() }} as publications
    where publications.publication_id = {{ coterie.last_publication_id() }}

),

current_counts as (

    select
        current_segments.segment_id,
        count(*) as customers
    from {{ coterie.segments_of_last_model('last_publication') }} as current_segments
    group by current_segments.segment_id

),

last_counts as (

    select
        earlier_segments.segment_id,
        count(*) as customers
    from {{ coterie.previous('customer_segments_store', {
        'publication_id': 'bigint', 'customer_id': dbt.type_string(), 'segment_id': dbt.type_string()
    }) }} as earlier_segments
    inner join last_publication
        on earlier_segments.publication_id = last_publication.publication_id
    where earlier_segments.segment_id is not null
    group by earlier_segments.segment_id

),

totals as (

    select
        (select coalesce(sum(current_counts.customers), 0) from current_counts) as customers,
        (select coalesce(sum(last_counts.customers), 0) from last_counts) as last_customers

),

side_by_side as (

    select
        coalesce(current_counts.segment_id, last_counts.segment_id) as segment_id,
        coalesce(current_counts.customers, 0) as customers,
        coalesce(last_counts.customers, 0) as last_customers
    from current_counts
    full outer join last_counts
        on current_counts.segment_id = last_counts.segment_id

),

segments as (

    select count(*) as segments from side_by_side

),

shares as (

    select
        side_by_side.segment_id,
        side_by_side.customers,
        side_by_side.last_customers,
        segments.segments,
        totals.customers as all_customers,
        totals.last_customers as all_last_customers,
        cast(side_by_side.customers as double) / totals.customers as share,
        cast(side_by_side.last_customers as double) / totals.last_customers as last_share,
        cast(side_by_side.customers + side_by_side.last_customers as double)
        / (totals.customers + totals.last_customers) as both_share
    from side_by_side
    cross join totals
    cross join segments
    -- With another model, or at first, one side is empty.
    where totals.customers > 0 and totals.last_customers > 0

),

changes as (

    select
        segment_id,
        segments,
        customers,
        last_customers,
        all_customers,
        all_last_customers,
        share,
        last_share,
        {{ coterie.stability_term(
            'customers', 'all_customers', 'last_customers', 'all_last_customers', 'segments'
        ) }} as psi_term,
        case
            when customers = 0 or last_customers = 0 then cast('infinity' as double)
            else greatest(share / last_share, last_share / share)
        end as ratio,
        -- Two shares of independent samples, a pooled variance.
        case
            when both_share < 1
                then
                    (share - last_share) / sqrt(
                        both_share * (1 - both_share)
                        * (1 / cast(all_customers as double) + 1 / cast(all_last_customers as double))
                    )
            else 0
        end as z
    from shares

),

judged as (

    select
        *,
        ratio >= {{ var('drift_share_ratio') }} and abs(z) >= {{ var('drift_share_z') }} as has_jumped
    from changes

)

select * from judged
