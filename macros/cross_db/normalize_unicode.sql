{#- One spelling for text that can be written with composed or combining characters (Unicode NFC).

    Engines without such a function compose the letters of composed_letters(), whatever the order of their marks. What
    they leave as it is: the syllables of Hangul written in letters, Hebrew and Indic letters with points, ideographs
    for compatibility, and the order of marks that no composed letter takes up. -#}
{% macro normalize_unicode(expression) -%}
    {{ return(adapter.dispatch('normalize_unicode', 'coterie')(expression)) }}
{%- endmacro %}

{#- Marks are rare, and looked for first: the replacements cost a thousand times as much. -#}
{% macro default__normalize_unicode(expression) -%}
    {%- set spellings = coterie.equal_characters() -%}
    {%- set pairs = [] -%}
    {%- for mark, letters in coterie.composed_letters() -%}
        {%- for position in range(0, letters | length, 2) -%}
            {%- do pairs.append(letters[position] ~ mark ~ letters[position + 1]) -%}
        {%- endfor -%}
    {%- endfor -%}
    case
        when {{ coterie.regexp_like(expression, '[\\p{M}' ~ spellings[0] ~ ']') }} then aggregate(
            split('{{ pairs | join(' ') }}', ' '),
            replace(
                translate({{ expression }}, '{{ spellings[0] }}', '{{ spellings[1] }}'), '{{ '\u0344' }}', '{{ '\u0308\u0301' }}'
            ),
            (composed, pair) -> replace(composed, substr(pair, 1, 2), substr(pair, 3))
        )
        else {{ expression }}
    end
{%- endmacro %}

{% macro duckdb__normalize_unicode(expression) -%}
    nfc_normalize({{ expression }})
{%- endmacro %}
