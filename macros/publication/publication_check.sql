{#- The select list of one row of publication_checks: passes when the figure is within the limit.
    culprit: expression of what to name in the words of a failure, null where there is nothing. -#}
{% macro publication_check(name, figure, limit, words, culprit=none) -%}
    select
        '{{ name }}' as check_name,
        cast({{ figure }} as double) as figure,
        cast({{ limit }} as double) as check_limit,
        {{ coterie.text_literal(words) }}
        {%- if culprit %}
        || coalesce(' Found: ' || {{ coterie.ordered_text(culprit, culprit, ', ') }} || '.', '')
        {%- endif %} as words
{%- endmacro %}
