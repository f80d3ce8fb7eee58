{#- Whole milliseconds since 1970-01-01 (UTC) as a timestamp without time zone. -#}
{% macro epoch_to_timestamp(milliseconds) -%}
    {{ return(adapter.dispatch('epoch_to_timestamp', 'coterie')(milliseconds)) }}
{%- endmacro %}

{% macro default__epoch_to_timestamp(milliseconds) -%}
    timestamp_millis(cast({{ milliseconds }} as bigint))
{%- endmacro %}

{% macro duckdb__epoch_to_timestamp(milliseconds) -%}
    make_timestamp(1000 * ({{ milliseconds }}))
{%- endmacro %}
