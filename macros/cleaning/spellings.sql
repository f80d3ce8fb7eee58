{#- The distinct spellings of a column of the input, each with the form it is looked up in. Text is cleaned once for each
    spelling, and joined by the raw value: for a column of few values that costs next to nothing however many rows there
    are. -#}
{% macro spellings(table, column) -%}
    select
        {{ column }} as spelling,
        {{ coterie.match_words(column) }} as words
    from ({{ coterie.input(table) }}) as raw_{{ table }}
    where {{ column }} is not null
    group by {{ column }}
{%- endmacro %}


{#- The distinct spellings of a column with the value that stands for each: from the seed value_synonyms for a field, or
    else `otherwise` (an expression; `words` is the spelling in lower case without accents). -#}
{% macro value_spellings(table, column, field, otherwise='words') -%}
    select
        spellings.spelling,
        case when spellings.words is not null then coalesce(value_synonyms.value, {{ otherwise }}) end as value
    from ({{ coterie.spellings(table, column) }}) as spellings
    left join {{ ref('coterie', 'value_synonyms') }} as value_synonyms
        on spellings.words = value_synonyms.synonym_match and value_synonyms.field = '{{ field }}'
{%- endmacro %}
