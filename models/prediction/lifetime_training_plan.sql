{#- Whether this build trains the lifetime model. Reads what earlier builds decided, so it stands before the log. -#}
{%- set settings = tojson(coterie.lifetime_settings(), sort_keys=true) -%}
with

decisions as (

    select *
    from {{ coterie.previous('lifetime_model_log', {
        'decision_number': 'bigint',
        'model_version': dbt.type_string(),
        'decision': dbt.type_string(),
        'settings': dbt.type_string(),
        'as_of_date': 'date',
        'build_id': dbt.type_string()
    }) }} as previous_log

),

standing_decisions as (

    select * from {{ coterie.lifetime_decisions('decisions') }} as standing_decisions

),

purchase_histories as (

    select distinct
        purpose,
        as_of_date
    from {{ ref('coterie', 'purchase_histories') }}

),

as_of_dates as (

    select
        as_of_dates.as_of_date,
        holdouts.as_of_date as holdout_date
    from {{ ref('coterie', 'as_of_dates') }} as as_of_dates
    left join purchase_histories as holdouts
        on holdouts.purpose = 'holdout'
    where as_of_dates.is_current

),

last_decision as (

    select
        (select coalesce(max(decisions.decision_number), 0) from decisions) as decision_number,
        max(case when is_in_force then decision_number end) as accepted_number
    from standing_decisions

),

-- A round that was rejected would be rejected again on nearly the same data.
rejections as (

    select max(decisions.as_of_date) as rejected_on
    from decisions
    cross join last_decision
    where
        decisions.decision = 'rejected'
        and decisions.settings = '{{ settings }}'
        and decisions.decision_number > coalesce(last_decision.accepted_number, 0)

),

circumstances as (

    select
        as_of_dates.as_of_date,
        as_of_dates.holdout_date,
        last_decision.decision_number,
        accepted.model_version,
        accepted.settings,
        {{ dbt.datediff('accepted.as_of_date', 'as_of_dates.as_of_date', 'day') }} as model_age, -- noqa: LT05
        coalesce(
            {{ dbt.datediff('rejections.rejected_on', 'as_of_dates.as_of_date', 'day') }} -- noqa: LT05
            < {{ var('lifetime_retry_days') }},
            false
        ) as is_waiting
    from as_of_dates
    cross join last_decision
    cross join rejections
    left join decisions as accepted
        on last_decision.accepted_number = accepted.decision_number

),

reasons as (

    select
        as_of_date,
        holdout_date,
        decision_number + 1 as decision_number,
        model_version as accepted_model_version,
        case
            when {{ var('retrain') | as_bool }} then 'Training was asked for (var retrain).'
            when is_waiting then null
            when model_version is null then 'There is no accepted model yet.'
            when settings <> '{{ settings }}' then 'The settings differ from those of the accepted model.'
            when model_age > {{ var('lifetime_age_max_days') }}
                then 'The data of the accepted model are ' || cast(model_age as {{ dbt.type_string() }}) || ' days old.'
        end as due_reason,
        case
            when is_waiting
                then 'Nothing is fitted: the last round was rejected on nearly the same data (var lifetime_retry_days).'
            else 'The accepted model is kept: nothing asks for training.'
        end as kept_reason
    from circumstances

),

-- Every value that goes into a fit, so that the version says exactly what was learnt from.
sample_rows as (

    {% for sample, purpose in [('lifetime_sample', 'scoring'), ('lifetime_earlier_sample', 'holdout')] %}
    {{ 'union all' if not loop.first }}
    select
        '{{ purpose }}|' || cast(repeat_purchases as {{ dbt.type_string() }})
        || '|' || cast(days_to_last as {{ dbt.type_string() }})
        || '|' || cast(days_observed as {{ dbt.type_string() }})
        || '|' || {{ coterie.decimal_text(coterie.to_decimal('repeat_revenue', 38, 4)) }}
        || '|' || cast(later_purchases as {{ dbt.type_string() }})
        || '|' || cast(customers as {{ dbt.type_string() }}) as row_text,
        {{ 'customers' if purpose == 'scoring' else '0' }} as scoring_customers
    from {{ ref('coterie', sample) }}
    {% endfor %}

),

sample as (

    select
        coalesce(sum(scoring_customers), 0) as sample_size,
        md5(coalesce({{ coterie.ordered_text('row_text', 'row_text', ',') }}, '')) as sample_hash
    from sample_rows

),

plan as (

    select
        reasons.due_reason is not null as is_due,
        coalesce(reasons.due_reason, reasons.kept_reason) as reason,
        reasons.as_of_date,
        reasons.holdout_date,
        reasons.decision_number,
        reasons.accepted_model_version,
        '{{ settings }}' as settings,
        cast(sample.sample_size as bigint) as sample_size,
        case
            when reasons.due_reason is not null then substr(md5(
                '{{ settings }}|' || cast(reasons.as_of_date as {{ dbt.type_string() }})
                || '|' || coalesce(cast(reasons.holdout_date as {{ dbt.type_string() }}), '')
                || '|' || sample.sample_hash
            ), 1, 16)
        end as model_version
    from reasons
    cross join sample

)

select * from plan
