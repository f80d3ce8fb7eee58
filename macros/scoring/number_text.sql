{#- Numbers in the text of a language: a point or a comma before the decimals. -#}

{#- A number with a fixed number of decimals; null of null. language: column with the code of a language. -#}
{% macro number_text(number, decimals, language) -%}
    {%- if decimals -%}
    {%- set text = coterie.decimal_text(coterie.to_decimal(number, 18, decimals)) -%}
    case when {{ language }} = 'fr' then replace({{ text }}, '.', ',') else {{ text }} end
    {%- else -%}
    cast(cast(round({{ number }}) as bigint) as {{ dbt.type_string() }})
    {%- endif -%}
{%- endmacro %}

{#- A share from 0 to 1 as whole per cent. -#}
{% macro percent_text(share, language) -%}
    case
        when {{ language }} = 'fr' then replace({{ coterie.percent_words(share) }}, 'less than', 'moins de')
        else {{ coterie.percent_words(share) }}
    end
{%- endmacro %}

{#- Languages that personas are written in: the seeds have a phrase in each. -#}
{% macro persona_languages() -%}
    {{- return(['en', 'fr']) -}}
{%- endmacro %}
