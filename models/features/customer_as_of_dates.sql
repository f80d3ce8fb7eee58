with customers as (
    select * from {{ ref('coterie', 'golden_records') }}
),

as_of_dates as (
    select * from {{ ref('coterie', 'as_of_dates') }}
),

customer_as_of_dates as (
    select
        customers.customer_id,
        as_of_dates.as_of_date,
        as_of_dates.is_current,
        customers.is_in_sample
    from customers
    cross join as_of_dates
    where
        -- A customer without any date exists now; nobody can say since when.
        (
            cast(customers.first_seen_at as date) <= as_of_dates.as_of_date
            or (customers.first_seen_at is null and as_of_dates.is_current)
        )
        and (as_of_dates.is_current or customers.is_in_sample)
)

select * from customer_as_of_dates
