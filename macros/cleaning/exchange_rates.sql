{#- Rates to the reporting currency, with the days each one holds: from its own day to the day before the next; the first
    one also before that. The seed currency_rates, or the user's own model (var currency_rates_model). -#}
{% macro exchange_rates() -%}
    select
        from_currency,
        rate,
        case
            when lag(valid_from) over (partition by from_currency order by valid_from) is null
                then cast('0001-01-01' as date)
            else valid_from
        end as valid_from,
        coalesce(
            lead(valid_from) over (partition by from_currency order by valid_from),
            cast('9999-12-31' as date)
        ) as valid_before
    from (
        {# One rate a day, whatever a model of the user's own repeats: a test says so where they contradict each other. -#}
        select
            from_currency,
            cast(valid_from as date) as valid_from,
            max({{ coterie.to_decimal('rate', 18, 8) }}) as rate
        from {{ coterie.currency_rates() }}
        where to_currency = '{{ var("reporting_currency") }}' and from_currency <> '{{ var("reporting_currency") }}'
        group by from_currency, cast(valid_from as date)
    ) as daily_rates
{%- endmacro %}


{#- The relation rates are read from: the user's own model (var currency_rates_model) or the seed. -#}
{% macro currency_rates() -%}
    {%- set own_model = var('currency_rates_model', '') -%}
    {{ return(coterie.model_ref(own_model) if own_model else ref('coterie', 'currency_rates')) }}
{%- endmacro %}
