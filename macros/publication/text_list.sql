{#- Texts as a list of SQL literals for `in (...)`; of an empty list, the empty text. -#}
{% macro text_list(texts) -%}
    {%- for text in texts -%}
        {{ coterie.text_literal(text) }}{{ ', ' if not loop.last }}
    {%- else -%}
        ''
    {%- endfor -%}
{%- endmacro %}
