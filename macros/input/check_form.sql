{#- Stops if the text of a var does not have the form of a regular expression; `expected` says it in words. -#}
{% macro check_form(name, value, pattern, expected) -%}
    {%- if not modules.re.fullmatch(pattern, value | string) -%}
        {%- do coterie.refuse_setting(name, value, expected) -%}
    {%- endif -%}
{%- endmacro %}
