{#- The distinct spellings of a category column with the category that stands for each: from the seed category_synonyms, else
    from value_synonyms for a field, else the spelling in lower case without accents. -#}
{% macro category_spellings(table, column, field='category') -%}
    select
        spellings.spelling,
        coalesce(category_synonyms.category, value_synonyms.value, spellings.words) as category
    from ({{ coterie.spellings(table, column) }}) as spellings
    left join {{ ref('coterie', 'category_synonyms') }} as category_synonyms
        on spellings.words = category_synonyms.synonym_match
    left join {{ ref('coterie', 'value_synonyms') }} as value_synonyms
        on spellings.words = value_synonyms.synonym_match and value_synonyms.field = '{{ field }}'
{%- endmacro %}
