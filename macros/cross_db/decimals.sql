{#- Numbers as decimals and decimals as text, digit by digit the same on every engine. -#}

{#- A number as a decimal(precision, scale): halves away from zero, null where it does not fit or is none. A double is
    multiplied by 10^scale and the product rounded; from 9 * 10^(18 - scale) on its 17th digit may differ. -#}
{% macro to_decimal(number, precision, scale) -%}
    {{ return(adapter.dispatch('to_decimal', 'coterie')(number, precision, scale)) }}
{%- endmacro %}

{#- A cast would round the shortest text of the double: 0.285 to 0.29, although it is less than that. -#}
{% macro default__to_decimal(number, precision, scale) -%}
    {%- set data_type = 'decimal(' ~ precision ~ ', ' ~ scale ~ ')' -%}
    case
        when typeof({{ number }}) in ('double', 'float') and abs({{ number }}) < {{ 9 * 10 ** (18 - scale) }} then try_cast(
            cast(cast(round({{ number }} * cast({{ 10 ** scale }} as double)) as bigint) as decimal(19, 0))
            * cast('1e-{{ scale }}' as decimal({{ scale }}, {{ scale }})) as {{ data_type }}
        )
        else try_cast({{ number }} as {{ data_type }})
    end
{%- endmacro %}

{% macro duckdb__to_decimal(number, precision, scale) -%}
    try_cast({{ number }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}


{#- A number as a double rounded to some digits after the point, halves away from zero: null where it is not finite, or is
    10^(38 - digits) or more. -#}
{% macro round_number(number, digits) -%}
    {{ return(adapter.dispatch('round_number', 'coterie')(number, digits)) }}
{%- endmacro %}

{#- round(x, digits) would round the shortest text of the double, as a cast to decimal does. -#}
{% macro default__round_number(number, digits) -%}
    {%- set factor = 'cast(' ~ 10 ** digits ~ ' as double)' -%}
    case
        when typeof({{ number }}) like 'decimal%' then cast(try_cast({{ number }} as decimal(38, {{ digits }})) as double)
        else cast(try_cast(round(cast({{ number }} as double) * {{ factor }}) as decimal(38, 0)) as double) / {{ factor }}
    end
{%- endmacro %}

{% macro duckdb__round_number(number, digits) -%}
    cast(try_cast({{ number }} as decimal(38, {{ digits }})) as double)
{%- endmacro %}


{#- A text such as '-12.50' or '1.2e3' as a decimal, halves away from zero; null where it is none or does not fit. -#}
{% macro text_to_decimal(text, data_type) -%}
    {{ return(adapter.dispatch('text_to_decimal', 'coterie')(text, data_type)) }}
{%- endmacro %}

{#- Spark reads the digits of any script. -#}
{% macro default__text_to_decimal(text, data_type) -%}
    case when {{ coterie.regexp_like(text, '^[ -~\\s]*$') }} then try_cast({{ text }} as {{ data_type }}) end
{%- endmacro %}

{#- DuckDB also reads 1_000, and 1e3 with a point after it. -#}
{% macro duckdb__text_to_decimal(text, data_type) -%}
    case
        when contains({{ text }}, '_') or {{ text }} like '%e%.%' or {{ text }} like '%E%.%' then null
        else try_cast({{ text }} as {{ data_type }})
    end
{%- endmacro %}


{#- A decimal as text with all its digits after the point, 36 at most. -#}
{% macro decimal_text(decimal) -%}
    {{ return(adapter.dispatch('decimal_text', 'coterie')(decimal)) }}
{%- endmacro %}

{#- Spark writes what lies near zero with an exponent (0E-9): a 1 is put before the point and taken away again, in a type
    that has room for it. -#}
{% macro default__decimal_text(decimal) -%}
    {%- set scale -%} cast(regexp_extract(typeof({{ decimal }}), ',([0-9]+)', 1) as int) {%- endset -%}
    case
        when abs({{ decimal }}) < 1 then
            case when {{ decimal }} < 0 then '-' else '' end
            || '0' || substr(
                cast(cast(abs({{ decimal }}) as decimal(37, 36)) + 1 as {{ dbt.type_string() }}),
                2,
                {{ scale }} + least({{ scale }}, 1)
            )
        else cast({{ decimal }} as {{ dbt.type_string() }})
    end
{%- endmacro %}

{% macro duckdb__decimal_text(decimal) -%}
    cast({{ decimal }} as {{ dbt.type_string() }})
{%- endmacro %}
