{#- True or false from the usual words in English and French; null where it is none of them. -#}
{% macro clean_boolean(expression) -%}
    {%- set word = coterie.lower_text(coterie.trim_text(expression)) -%}
    case
        when {{ word }} in ('true', 't', 'yes', 'y', '1', 'on', 'vrai', 'v', 'oui', 'o', 'granted') then true
        when {{ word }} in ('false', 'f', 'no', 'n', '0', 'off', 'faux', 'non', 'denied') then false
    end
{%- endmacro %}
