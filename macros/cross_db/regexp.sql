{#- Patterns are written in the syntax of RE2, as plain text: no quotes around them, each backslash as the pattern needs it.
    Engines with another kind of expressions get the same pattern in their own words.

    Portable are characters and classes ([...], \\p{L}, \\d, \\s), groups, alternatives, quantifiers, ^ and $. Not portable:
    (?i), \\b, [[:alpha:]], a class that begins with ], and replacing what can be the empty text. -#}

{#- replacement: plain text, in which \\1 stands for the first group. -#}
{% macro regexp_replace_all(expression, pattern, replacement='') -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'coterie')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro default__regexp_replace_all(expression, pattern, replacement) -%}
    {%- set java_replacement = modules.re.sub('\\\\([0-9])', '$\\1', replacement | replace('$', '\\$')) -%}
    regexp_replace(
        {{- expression }}, {{ coterie.text_literal(coterie._java_pattern(pattern)) }}, {{ coterie.text_literal(java_replacement) -}}
    )
{%- endmacro %}

{#- DuckDB replaces the first match only, unless told otherwise. -#}
{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ coterie.text_literal(pattern) }}, {{ coterie.text_literal(replacement) }}, 'g')
{%- endmacro %}


{% macro regexp_like(expression, pattern) -%}
    {{ return(adapter.dispatch('regexp_like', 'coterie')(expression, pattern)) }}
{%- endmacro %}

{% macro default__regexp_like(expression, pattern) -%}
    regexp_like({{ expression }}, {{ coterie.text_literal(coterie._java_pattern(pattern)) }})
{%- endmacro %}

{% macro duckdb__regexp_like(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ coterie.text_literal(pattern) }})
{%- endmacro %}


{#- The text of one group of the first match, empty where nothing matches. -#}
{% macro regexp_group(expression, pattern, group_number) -%}
    {{ return(adapter.dispatch('regexp_group', 'coterie')(expression, pattern, group_number)) }}
{%- endmacro %}

{% macro default__regexp_group(expression, pattern, group_number) -%}
    regexp_extract({{ expression }}, {{ coterie.text_literal(coterie._java_pattern(pattern)) }}, {{ group_number }})
{%- endmacro %}

{% macro duckdb__regexp_group(expression, pattern, group_number) -%}
    regexp_extract({{ expression }}, {{ coterie.text_literal(pattern) }}, {{ group_number }})
{%- endmacro %}


{#- A pattern of RE2 for Java: there $ also stands before a last line break, \\s takes the vertical tab, a class may hold
    classes and intersections, and a point stops at more line breaks than \\n unless (?d) says otherwise. -#}
{% macro _java_pattern(pattern) -%}
    {%- set tokens = [] -%}
    {%- set state = namespace(in_class=false) -%}
    {%- for token in modules.re.findall('(?s)\\\\.|.', pattern) -%}
        {%- if token == '\\s' -%}
            {%- do tokens.append('\\t\\n\\f\\r ' if state.in_class else '[\\t\\n\\f\\r ]') -%}
        {%- elif state.in_class -%}
            {%- do tokens.append('\\' ~ token if token in ['[', '&'] else token) -%}
        {%- else -%}
            {%- do tokens.append({'$': '\\z', '.': '(?d:.)'}.get(token, token)) -%}
        {%- endif -%}
        {%- set state.in_class = token == '[' or (state.in_class and token != ']') -%}
    {%- endfor -%}
    {{- return(tokens | join) -}}
{%- endmacro %}
