{#- The form in which spellings are looked up in synonym seeds: lower case, no accents, words of letters and digits
    parted by single blanks; null where nothing is left. -#}
{% macro match_words(expression) -%}
    nullif(trim({{ coterie.regexp_replace_all(
        coterie.strip_accents('lower(' ~ coterie.normalize_unicode(expression) ~ ')'), '[^\\p{L}\\p{N}]+', ' '
    ) }}), '')
{%- endmacro %}
