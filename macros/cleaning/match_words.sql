{#- The form in which spellings are looked up in synonym seeds: lower case, no accents, words of letters and digits
    parted by single blanks; null where nothing is left. -#}
{% macro match_words(expression) -%}
    nullif({{ coterie.trim_text(coterie.regexp_replace_all(
        coterie.strip_accents(coterie.lower_text(coterie.normalize_unicode(expression))), '[^\\p{L}\\p{N}]+', ' '
    )) }}, '')
{%- endmacro %}
