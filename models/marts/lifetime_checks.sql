with lifetime_checks_store as (

    select * from {{ coterie.published('lifetime_checks_store') }}

),

lifetime_checks as (

    select
        cast(kind as string) as kind,
        cast(purpose as string) as purpose,
        cast(part as string) as part,
        cast(is_unseen as boolean) as is_unseen,
        cast(customers as bigint) as customers,
        cast(purchases as bigint) as purchases,
        cast(expected_purchases as double) as expected_purchases,
        cast(cumulative_purchases as bigint) as cumulative_purchases,
        cast(cumulative_expected_purchases as double) as cumulative_expected_purchases,
        cast(model_version as string) as model_version
    from lifetime_checks_store

)

select * from lifetime_checks
