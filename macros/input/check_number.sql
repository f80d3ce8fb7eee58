{#- Stops if a var is no number, no whole one where it must be, or outside its limits. -#}
{% macro check_number(name, value, least, most=none, is_whole=false) -%}
    {%- set is_number = value is number and value is not boolean and (value is integer or not is_whole) -%}
    {%- if not is_number or value < least or (most is not none and value > most) -%}
        {%- set range = 'from ' ~ least ~ (' to ' ~ most if most is not none else ' on') -%}
        {%- do coterie.refuse_setting(name, value, 'a ' ~ ('whole ' if is_whole else '') ~ 'number ' ~ range) -%}
    {%- endif -%}
{%- endmacro %}
