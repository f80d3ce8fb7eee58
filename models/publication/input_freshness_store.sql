{{ config(pre_hook='{{ coterie.forget_candidate() }}', **coterie.replaced_by('publication_id')) }}

{#- The day of a row, for the tables whose rows keep coming: the others (places, prices) may stand still for good. -#}
{%- set days = {
    'contacts': 'coalesce(updated_at, created_at)',
    'orders': 'ordered_at',
    'events': 'event_at',
    'messages': 'sent_at',
} -%}
{#- The day up to which the build knows. An as_of_date that comes from the data will not do: where all orders and
    events stop, it stops with them. -#}
{%- set known_on = var('as_of_date') or coterie.known_until() -%}
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

newest as (

    select
        cast('{{ known_on }}' as date) as known_on,
        least(max(last_row_on), cast('{{ known_on }}' as date)) as last_row_on
    from last_rows
    where source_table in ('orders', 'events')

),

silences as (

    select
        last_rows.source_table,
        last_rows.source_system,
        last_rows.accepted_rows,
        last_rows.rows_to_date,
        last_rows.rows_to_last_date,
        last_rows.last_row_on,
        {{ dbt.datediff('last_rows.last_row_on', 'newest.known_on', 'day') }} as days_silent, -- noqa: LT05
        {{ dbt.datediff('last_rows.last_row_on', 'newest.last_row_on', 'day') }} as days_behind -- noqa: LT05
    from last_rows
    cross join newest

),

stored as (

    select
        silences.source_table,
        silences.source_system,
        silences.accepted_rows,
        silences.last_row_on,
        silences.days_silent,
        -- What had long been silent when the newest order or event came was retired; these themselves never are.
        coalesce(
            silences.days_silent > {{ var('input_silent_days_max') }}
            and silences.days_behind <= {{ var('input_retired_days') }},
            false
        ) as has_stopped,
        silences.rows_to_date,
        silences.rows_to_last_date,
        {{ coterie.candidate_columns() }}
    from silences
    {{ coterie.join_candidate() }}

)

select * from stored
