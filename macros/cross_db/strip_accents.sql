{#- Letters without their accents (see composed_letters for which are known everywhere); letters that are no accented form
    of another (ł, ø, ß, æ, œ ...) are written out as they usually are in plain ASCII. -#}
{% macro strip_accents(expression) -%}
    {{ return(adapter.dispatch('strip_accents', 'coterie')(expression)) }}
{%- endmacro %}

{% macro default__strip_accents(expression) -%}
    {%- set plain = {} -%}
    {%- for pair in coterie._written_out() -%}
        {%- do plain.update({pair[0]: pair[1]}) -%}
    {%- endfor -%}
    {%- for mark, letters in coterie.composed_letters() -%}
        {%- for position in range(0, letters | length, 2) -%}
            {%- do plain.update({letters[position + 1]: plain.get(letters[position], letters[position])}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set spellings = coterie.equal_characters() -%}
    {%- for character in spellings[0] -%}
        {%- set other = spellings[1][loop.index0] -%}
        {%- do plain.update({character: plain.get(other, other)}) -%}
    {%- endfor -%}
    {%- set letters_only -%}
        translate({{ expression }}, '{{ plain.keys() | join }}', '{{ plain.values() | join }}')
    {%- endset -%}
    {{ coterie._spell_ligatures(coterie.regexp_replace_all(letters_only, '\\p{M}+', '')) }}
{%- endmacro %}

{#- The engine's own function is far faster than a long translate() and knows every accented letter. -#}
{% macro duckdb__strip_accents(expression) -%}
    {%- set written_out = coterie._written_out() -%}
    {{ coterie._spell_ligatures(
        "translate(strip_accents(" ~ expression ~ "), '" ~ written_out | map('first') | join ~ "', '"
        ~ written_out | map('last') | join ~ "')"
    ) }}
{%- endmacro %}

{#- Letters that are no accented form of the one written for them, in pairs. -#}
{% macro _written_out() -%}
    {{- return(['łl', 'ŁL', 'øo', 'ØO', 'đd', 'ĐD', 'ðd', 'ÐD', 'ħh', 'ĦH', 'ıi']) -}}
{%- endmacro %}

{% macro _spell_ligatures(expression) -%}
    replace(replace(replace(replace(replace({{ expression }}, 'ß', 'ss'), 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE')
{%- endmacro %}
