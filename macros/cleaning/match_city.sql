{#- The form in which city names are looked up: as match_words, without what postal habit adds to a name (Paris Cedex 08,
    Lyon 3e) and with Saint written out. -#}
{% macro match_city(expression) -%}
    {%- set without_cedex = coterie.regexp_replace_all(coterie.match_words(expression), ' cedex( .*)?$', '') -%}
    {%- set without_district = coterie.regexp_replace_all(without_cedex, '( [0-9]+ ?(er|e|eme)?)+$', '') -%}
    {{ coterie.regexp_replace_all(coterie.regexp_replace_all(without_district, '^st ', 'saint '), '^ste ', 'sainte ') }}
{%- endmacro %}
