{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

with lifetime_tracking as (

    select * from {{ ref('coterie', 'lifetime_tracking') }}

),

lifetime_holdout as (

    select * from {{ ref('coterie', 'lifetime_holdout') }}

),

checks as (

    select
        'month' as kind,
        purpose,
        cast(month_starts_on as {{ dbt.type_string() }}) as part,
        is_unseen,
        cast(null as bigint) as customers,
        cast(repeat_purchases as bigint) as purchases,
        expected_repeat_purchases as expected_purchases,
        cast(cumulative_repeat_purchases as bigint) as cumulative_purchases,
        cumulative_expected_repeat_purchases as cumulative_expected_purchases,
        model_version
    from lifetime_tracking

    union all

    select
        'frequency' as kind,
        'holdout' as purpose,
        cast(frequency_class as {{ dbt.type_string() }}) as part,
        true as is_unseen,
        cast(customers as bigint) as customers,
        cast(purchases as bigint) as purchases,
        predicted_purchases as expected_purchases,
        cast(null as bigint) as cumulative_purchases,
        cast(null as double) as cumulative_expected_purchases,
        model_version
    from lifetime_holdout

),

stored as (

    select
        checks.kind,
        checks.purpose,
        checks.part,
        checks.is_unseen,
        checks.customers,
        checks.purchases,
        checks.expected_purchases,
        checks.cumulative_purchases,
        checks.cumulative_expected_purchases,
        checks.model_version,
        {{ coterie.candidate_columns() }}
    from checks
    {{ coterie.join_candidate() }}

)

select * from stored
