{#- Categories as numbers. A code depends on the category's name alone: one that joins the list changes no other, and a model that
    does not know it sees something new. -#}

{#- The code of one category, a whole number from 1; 0 is left for what is not on the list. -#}
{% macro category_code(category) -%}
    {{- return(1 + (local_md5(category | string | lower))[:7] | int(base=16)) -}}
{%- endmacro %}

{#- The code of a text: of the category it names in whatever case, 0 for any other, null of null. -#}
{% macro category_codes(expression, categories) -%}
    case
            when {{ expression }} is null then null
            {%- for category in categories %}
            when lower({{ expression }}) = {{ coterie.text_literal(category | string | lower) }}
                then {{ coterie.category_code(category) }}
            {%- endfor %}
            else 0
        end
{%- endmacro %}

{#- The name of a category in words, of a code; null of null. features: those whose categories it may be. -#}
{% macro category_name(code, features) -%}
    {%- set names = {} -%}
    {%- for feature in features -%}
        {%- for category in feature.categories -%}
            {%- do names.update({coterie.category_code(category): category | string}) -%}
        {%- endfor -%}
    {%- endfor -%}
    case
            when {{ code }} is null then null
            {%- for number, name in names.items() %}
            when {{ code }} = {{ number }} then {{ coterie.text_literal(name) }}
            {%- endfor %}
            else 'another value'
        end
{%- endmacro %}
