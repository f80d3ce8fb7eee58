{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

{#- The day of a row, for the tables whose rows keep coming: the others (places, prices) may stand still for good. -#}
{%- set days = {
    'contacts': 'coalesce(updated_at, created_at)',
    'orders': 'ordered_at',
    'events': 'event_at',
    'messages': 'sent_at',
} -%}
with

counted_days as (

    select
        candidate.as_of_date,
        (
            select max(earlier_publications.as_of_date)
            from {{ coterie.previous('publications', {
                'publication_id': 'bigint', 'as_of_date': 'date'
            }) }} as earlier_publications
            where earlier_publications.publication_id = {{ coterie.last_publication_id() }}
        ) as last_as_of_date
    from {{ ref('coterie', 'candidate') }} as candidate

),

last_rows as (
    {% for table, day in days.items() %}
    {#- A contact is counted by its first day: each change moves the last one on. -#}
    {%- set first_day = 'coalesce(created_at, updated_at)' if table == 'contacts' else day -%}
    select
        '{{ table }}' as source_table,
        coalesce(source_system, '') as source_system,
        count(*) as accepted_rows,
        {%- for column, end in {'rows_to_date': 'as_of_date', 'rows_to_last_date': 'last_as_of_date'}.items() %}
        count(
            case
                when
                    cast({{ first_day }} as date)
                    <= (select counted_days.{{ end }} from counted_days)
                    then 1
            end
        ) as {{ column }},
        {%- endfor %}
        cast(max({{ day }}) as date) as last_row_on
    from {{ ref('coterie', 'stg_' ~ table) }}
    group by coalesce(source_system, '')
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

silences as (

    select
        last_rows.source_table,
        last_rows.source_system,
        last_rows.accepted_rows,
        last_rows.rows_to_date,
        last_rows.rows_to_last_date,
        last_rows.last_row_on,
        {{ dbt.datediff('last_rows.last_row_on', 'as_of_dates.as_of_date', 'day') }} as days_silent -- noqa: LT05
    from last_rows
    cross join as_of_dates

),

stored as (

    select
        silences.source_table,
        silences.source_system,
        silences.accepted_rows,
        silences.last_row_on,
        silences.days_silent,
        -- What has been silent for much longer was retired.
        coalesce(
            silences.days_silent > {{ var('input_silent_days_max') }}
            and silences.days_silent <= {{ var('input_retired_days') }},
            false
        ) as has_stopped,
        silences.rows_to_date,
        silences.rows_to_last_date,
        {{ coterie.candidate_columns() }}
    from silences
    {{ coterie.join_candidate() }}

)

select * from stored
