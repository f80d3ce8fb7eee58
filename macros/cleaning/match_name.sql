{#- The form in which names of people are compared: upper case, no accents, letters only; null where nothing is left. -#}
{% macro match_name(expression) -%}
    nullif({{ coterie.regexp_replace_all(
        coterie.upper_text(coterie.strip_accents(coterie.normalize_unicode(expression))), '[^\\p{L}]+', ''
    ) }}, '')
{%- endmacro %}
