{#- The band of an age by var age_bands: under 18, 18-24, ..., 65+; unknown without an age. -#}
{% macro age_band(age) -%}
    {%- set age_bands = var('age_bands') -%}
    case
            when {{ age }} is null then 'unknown'
            {%- for begin in age_bands %}
            when {{ age }} < {{ begin }}
                then '{{ 'under ' ~ begin if loop.first else age_bands[loop.index0 - 1] ~ '-' ~ (begin - 1) }}'
            {%- endfor %}
            else '{{ age_bands[-1] }}+'
        end
{%- endmacro %}
