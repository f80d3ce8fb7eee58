{#- The distinct spellings of the cities of a contract table, each with the form it is looked up in. -#}
{% macro city_spellings(table) -%}
    select
        city as spelling,
        {{ coterie.match_city('city') }} as words
    from ({{ coterie.input(table) }}) as raw_{{ table }}
    where city is not null
    group by city
{%- endmacro %}
