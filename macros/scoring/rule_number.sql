{#- Thresholds of learnt rules, back in the unit of the feature. -#}

{#- The value whose transformation (see transformed_value) is a number. transform: column with its name. -#}
{% macro untransformed_value(number, transform) -%}
    case {{ transform }}
            when 'log1p' then sign({{ number }}) * (exp(abs({{ number }})) - 1)
            when 'sqrt' then sign({{ number }}) * ({{ number }}) * ({{ number }})
            when 'logit' then 1 / (1 + exp(-({{ number }})))
            else {{ number }}
        end
{%- endmacro %}

{#- A number as an SQL literal of about twelve significant digits, the same on every engine; null of null. -#}
{% macro number_literal(number) -%}
    {%- set rounded -%}
        case
            when abs({{ number }}) >= 1000000 then {{ coterie.round_number(number, 3) }}
            when abs({{ number }}) >= 1000 then {{ coterie.round_number(number, 6) }}
            else {{ coterie.round_number(number, 9) }}
        end
    {%- endset -%}
    {{ coterie.regexp_replace_all(
        coterie.regexp_replace_all(coterie.decimal_text(coterie.to_decimal('(' ~ rounded ~ ')', 38, 9)), '0+$'), '[.]$'
    ) }}
{%- endmacro %}

{#- A number for people: a share as per cent, money with its currency, few digits; null of null. -#}
{% macro value_text(number, unit) -%}
    case
            when {{ unit }} = 'share'
                then {{ coterie.regexp_replace_all(
                    coterie.decimal_text(coterie.to_decimal('(100 * ' ~ number ~ ')', 18, 1)), '[.]0$'
                ) }} || ' %'
            when abs({{ number }}) >= 100 then cast(cast(round({{ number }}) as bigint) as {{ dbt.type_string() }})
            else {{ coterie.regexp_replace_all(
                coterie.decimal_text(coterie.to_decimal(number, 18, 2)), '[.]00$'
            ) }}
        end
        || case when {{ unit }} = 'money' then ' {{ var('reporting_currency') }}' else '' end
{%- endmacro %}
