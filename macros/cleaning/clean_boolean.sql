{#- True or false from the usual words in English and French; null where it is none of them. -#}
{% macro clean_boolean(expression) -%}
    case
        when lower(trim({{ expression }})) in ('true', 't', 'yes', 'y', '1', 'on', 'vrai', 'v', 'oui', 'o', 'granted') then true
        when lower(trim({{ expression }})) in ('false', 'f', 'no', 'n', '0', 'off', 'faux', 'non', 'denied') then false
    end
{%- endmacro %}
