{#- A timestamp in UTC, without time zone, from the spellings the input may use: ISO 8601 (date, or date and time parted
    by 'T' or a blank, with a fraction, 'Z' or an offset), dd/mm/yyyy with or without a time, and Unix time in seconds (9
    or 10 digits) or milliseconds (12 or 13). Null where it is none of these.
    The plain ISO forms come first and need no regular expression: they are nearly all rows of the largest tables. -#}
{% macro clean_timestamp(expression) -%}
    case
        when {{ coterie.is_plain_timestamp(expression) }} then {{ coterie.try_cast(expression, 'timestamp') }}
        else {{ coterie._clean_rare_timestamp(coterie.trim_text(expression)) }}
    end
{%- endmacro %}


{% macro _clean_rare_timestamp(expression) -%}
    {%- set hours = '(?:[01][0-9]|2[0-3])' -%}
    {%- set iso = '^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](' ~ hours ~ ':[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?))?'
        ~ ' ?(Z|z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?$' -%}
    {%- set day = coterie.regexp_group(expression, iso, 1) -%}
    {%- set time = coterie.regexp_group(expression, iso, 2) -%}
    {%- set offset = coterie.regexp_group(expression, iso, 3) -%}
    {%- set offset_digits = "replace(substr(" ~ offset ~ ", 2), ':', '')" -%}
    {%- set offset_minutes -%}
        case when {{ offset }} like '-%' then -1 else 1 end
        * (
            60 * cast(substr({{ offset_digits }}, 1, 2) as int)
            + coalesce(cast(nullif(substr({{ offset_digits }}, 3, 2), '') as int), 0)
        )
    {%- endset -%}
    {%- set local_time = coterie.try_cast(coterie.trim_text(day ~ " || ' ' || " ~ time), 'timestamp') -%}
    {%- set last_part = "split_part(" ~ expression ~ ", '/', 3)" -%}
    {%- set day_first_as_iso -%}
        substr({{ last_part }}, 1, 4) || '-' || lpad(split_part({{ expression }}, '/', 2), 2, '0')
        || '-' || lpad(split_part({{ expression }}, '/', 1), 2, '0') || substr({{ last_part }}, 5)
    {%- endset -%}
    {%- set day_first = '^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( ' ~ hours ~ ':[0-9]{2}(:[0-9]{2})?)?$' -%}
    case
        {# No calendar has a year 0. #}
        when {{ expression }} like '0000-%' or {{ last_part }} like '0000%' then null
        when {{ coterie.regexp_like(expression, iso) }} then
            case
                when {{ offset }} like '+%' or {{ offset }} like '-%'
                    then {{ coterie.add_minutes(local_time, '-1 * (' ~ offset_minutes ~ ')') }}
                else {{ local_time }}
            end
        when {{ coterie.regexp_like(expression, day_first) }}
            then {{ coterie.try_cast(day_first_as_iso, 'timestamp') }}
        when {{ coterie.regexp_like(expression, '^[0-9]{9,10}$') }}
            then {{ coterie.epoch_to_timestamp('1000 * cast(' ~ expression ~ ' as bigint)') }}
        when {{ coterie.regexp_like(expression, '^[0-9]{12,13}$') }}
            then {{ coterie.epoch_to_timestamp('cast(' ~ expression ~ ' as bigint)') }}
    end
{%- endmacro %}


{#- The day (UTC) of a timestamp or date in any spelling of clean_timestamp. -#}
{% macro clean_date(expression) -%}
    cast({{ coterie.clean_timestamp(expression) }} as date)
{%- endmacro %}
