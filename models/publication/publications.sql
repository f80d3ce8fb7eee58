{{ config(post_hook=coterie.prune_publications(), **coterie.replaced_by('publication_id')) }}

-- The commit: one row if and only if every check of this build passed. The marts read nothing
-- that is not named here.

with candidate as (

    select * from {{ ref('coterie', 'candidate') }}
    where publication_id > {{ coterie.last_publication_id() }}

),

publication_checks as (

    select
        candidate.publication_id,
        count(*) as checks,
        count(case when publication_checks.is_passed then 1 end) as checks_passed,
        count(case when publication_checks.build_id = candidate.build_id then 1 end) as checks_of_this_build
    from {{ ref('coterie', 'publication_checks') }} as publication_checks
    inner join candidate
        on publication_checks.publication_id = candidate.publication_id
    group by candidate.publication_id

),

customers_store as (

    select
        candidate.publication_id,
        count(*) as customers
    from {{ ref('coterie', 'customers_store') }} as customers_store
    inner join candidate
        on customers_store.publication_id = candidate.publication_id
    group by candidate.publication_id

),

publications as (

    select
        candidate.publication_id,
        candidate.build_id,
        candidate.as_of_date,
        candidate.known_until,
        candidate.model_version,
        customers_store.customers,
        candidate.unowned_orders,
        candidate.unowned_revenue,
        candidate.unstitched_visitors,
        publication_checks.checks_passed,
        cast({{ dbt.string_literal(run_started_at.strftime('%Y-%m-%d %H:%M:%S')) }} as timestamp) as published_at,
        {{ var('min_cell_size') }} as min_cell_size,
        {{ coterie.text_literal(var('reporting_currency')) }} as reporting_currency
    from candidate
    inner join publication_checks
        on candidate.publication_id = publication_checks.publication_id
    inner join customers_store
        on candidate.publication_id = customers_store.publication_id
    where
        candidate.build_id = {{ coterie.build_id() }}
        and publication_checks.checks_passed = publication_checks.checks
        and publication_checks.checks_of_this_build = publication_checks.checks

)

select * from publications
