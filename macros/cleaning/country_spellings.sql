{#- The distinct spellings of the countries of a contract table with their ISO 3166 alpha-2 codes: found by name in the seed
    country_names, or what arrived if it is two letters. -#}
{% macro country_spellings(table) -%}
    {%- set code = coterie.upper_text(coterie.trim_text('spellings.spelling')) -%}
    select
        spellings.spelling,
        coalesce(
            country_names.country,
            case when {{ coterie.regexp_like(code, '^[A-Z]{2}$') }} then {{ code }} end
        ) as country
    from ({{ coterie.spellings(table, 'country') }}) as spellings
    left join {{ ref('coterie', 'country_names') }} as country_names
        on spellings.words = country_names.name_match
{%- endmacro %}
