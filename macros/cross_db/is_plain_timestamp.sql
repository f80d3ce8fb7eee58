{#- Condition that a text is YYYY-MM-DD or YYYY-MM-DD hh:mm:ss (a blank or T between), so that no engine's own leniency
    decides what it is cast to: with odd blanks, zones, the hour 24 or the year 0 some read a moment, others none. -#}
{% macro is_plain_timestamp(text) -%}
    {{ return(adapter.dispatch('is_plain_timestamp', 'coterie')(text)) }}
{%- endmacro %}

{% macro default__is_plain_timestamp(text) -%}
    ({{ text }} >= '0001' and {{ coterie.regexp_like(
        text, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})?$'
    ) }})
{%- endmacro %}

{#- Half the time of a regular expression, on columns of the largest tables. -#}
{% macro duckdb__is_plain_timestamp(text) -%}
    {%- set day = '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' -%}
    (
        (
            {{ text }} glob '{{ day }}[ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9]'
            and substr({{ text }}, 12, 2) < '24'
            or {{ text }} glob '{{ day }}'
        )
        and {{ text }} >= '0001'
    )
{%- endmacro %}
