{#- Text as people should read it: composed characters, single blanks, none around; null where nothing is left. -#}
{% macro clean_text(expression) -%}
    nullif({{ coterie.trim_text(
        coterie.regexp_replace_all(coterie.normalize_unicode(expression), '[\\s\\p{Z}\\p{Cc}]+', ' ')
    ) }}, '')
{%- endmacro %}
