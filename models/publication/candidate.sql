-- A table, not a store: a row left over from a publication that was taken back would be a second candidate.
{{ config(materialized='table') }}

-- Becomes real only when `publications` takes its id.

with as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}

),

accepted_models as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

identity_counts as (

    select * from {{ ref('coterie', 'identity_counts') }}

),

candidate as (

    select
        {{ coterie.last_publication_id() }} + 1 as publication_id,
        {{ coterie.build_id() }} as build_id,
        as_of_dates.as_of_date,
        cast('{{ coterie.known_until() }}' as date) as known_until,
        accepted_models.model_version,
        accepted_models.algorithm,
        identity_counts.unowned_orders,
        identity_counts.unowned_revenue,
        identity_counts.unstitched_visitors
    from as_of_dates
    cross join identity_counts
    left join accepted_models
        on true
    where as_of_dates.is_current

)

select * from candidate
