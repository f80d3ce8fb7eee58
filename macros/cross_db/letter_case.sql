{#- Upper and lower case, letter by letter: no letter becomes two (ß, ŉ, ﬁ) and none looks at its neighbours (Σ). -#}

{% macro lower_text(expression) -%}
    {{ return(adapter.dispatch('lower_text', 'coterie')(expression)) }}
{%- endmacro %}

{#- What the function would do otherwise: İ to two characters, Σ at the end of a word to ς. -#}
{% macro default__lower_text(expression) -%}
    lower(translate({{ expression }}, 'İΣ', 'iσ'))
{%- endmacro %}

{% macro duckdb__lower_text(expression) -%}
    lower({{ expression }})
{%- endmacro %}


{% macro upper_text(expression) -%}
    {{ return(adapter.dispatch('upper_text', 'coterie')(expression)) }}
{%- endmacro %}

{#- The letters that the function would write out (SpecialCasing.txt of Unicode), and two that got a capital late, pass it
    under characters of private use. -#}
{% macro default__upper_text(expression) -%}
    {%- set letters = 'ßŉǰΐΰևẖẗẘẙẚὐὒὔὖᾀᾁᾂᾃᾄᾅᾆᾇᾈᾉᾊᾋᾌᾍᾎᾏᾐᾑᾒᾓᾔᾕᾖᾗᾘᾙᾚᾛᾜᾝᾞᾟᾠᾡᾢᾣ'
        ~ 'ᾤᾥᾦᾧᾨᾩᾪᾫᾬᾭᾮᾯᾲᾳᾴᾶᾷᾼῂῃῄῆῇῌῒ\u1fd3ῖῗῢ\u1fe3ῤῦῧῲῳῴῶῷῼﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗƛɤ' -%}
    {%- set capitals = 'ẞŉǰΐΰևẖẗẘẙẚὐὒὔὖᾈᾉᾊᾋᾌᾍᾎᾏᾈᾉᾊᾋᾌᾍᾎᾏᾘᾙᾚᾛᾜᾝᾞᾟᾘᾙᾚᾛᾜᾝᾞᾟᾨᾩᾪᾫ'
        ~ 'ᾬᾭᾮᾯᾨᾩᾪᾫᾬᾭᾮᾯᾲᾼᾴᾶᾷᾼῂῌῄῆῇῌῒ\u1fd3ῖῗῢ\u1fe3ῤῦῧῲῼῴῶῷῼﬀﬁﬂﬃﬄﬅﬆﬓﬔﬕﬖﬗƛɤ' -%}
    {%- set aliases = [] -%}
    {%- for letter in letters -%}
        {%- do aliases.append('%c' % (0xE000 + loop.index0)) -%}
    {%- endfor -%}
    translate(
        upper(translate({{ expression }}, '{{ letters }}', '{{ aliases | join }}')), '{{ aliases | join }}', '{{ capitals }}'
    )
{%- endmacro %}

{% macro duckdb__upper_text(expression) -%}
    upper({{ expression }})
{%- endmacro %}
