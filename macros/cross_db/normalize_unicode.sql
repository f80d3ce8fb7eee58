{#- One spelling for text that can be written with composed or combining characters (Unicode NFC). -#}
{% macro normalize_unicode(expression) -%}
    {{ return(adapter.dispatch('normalize_unicode', 'coterie')(expression)) }}
{%- endmacro %}

{#- Standard SQL has no such function: the text passes as it is. -#}
{% macro default__normalize_unicode(expression) -%}
    {{ expression }}
{%- endmacro %}

{% macro duckdb__normalize_unicode(expression) -%}
    nfc_normalize({{ expression }})
{%- endmacro %}
