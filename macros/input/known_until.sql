{#- The last day (YYYY-MM-DD) anything can be known about; rows dated after it are rejected. The var known_until; for
    Coterie's own demo its pinned end; otherwise the day of the run. -#}
{% macro known_until() -%}
    {%- set pinned = var('known_until', '') -%}
    {%- if not pinned and project_name == 'coterie' -%}
        {%- set pinned = var('demo_known_until', '') -%}
    {%- endif -%}
    {{ return(pinned | string if pinned else run_started_at.strftime('%Y-%m-%d')) }}
{%- endmacro %}


{#- The first moment after known_until. Worked out only to be run: a var that is no date is for check_settings to refuse,
    in words. -#}
{% macro known_until_timestamp() -%}
    {%- set day = coterie.known_until() -%}
    {%- if execute -%}
        {%- set last_day = modules.datetime.datetime.strptime(day, '%Y-%m-%d') -%}
        {%- set day = (last_day + modules.datetime.timedelta(days=1)).strftime('%Y-%m-%d') -%}
    {%- endif -%}
    cast('{{ day }}' as timestamp)
{%- endmacro %}


{#- True where a timestamp or date lies after known_until. -#}
{% macro is_in_the_future(expression) -%}
    {{ expression }} >= {{ coterie.known_until_timestamp() }}
{%- endmacro %}


{#- Null where a timestamp or date lies after known_until. -#}
{% macro unless_in_the_future(expression) -%}
    case when {{ expression }} < {{ coterie.known_until_timestamp() }} then {{ expression }} end
{%- endmacro %}


{#- A date of birth, null where it lies after known_until or more than 120 years before it: nobody known has lived longer
    than 122 years. -#}
{% macro clean_birth_date(timestamp) -%}
    {%- set year = coterie.known_until()[:4] | int -%}
    case
        when {{ timestamp }} < {{ coterie.known_until_timestamp() }}
            and {{ timestamp }} >= cast('{{ year - 120 }}-01-01' as timestamp)
            then cast({{ timestamp }} as date)
    end
{%- endmacro %}
