{#- Text without the blanks around it: the space separators of Unicode, no tabs or line breaks. -#}
{% macro trim_text(expression) -%}
    {{ return(adapter.dispatch('trim_text', 'coterie')(expression)) }}
{%- endmacro %}

{% macro default__trim_text(expression) -%}
    trim(both '{{ ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' }}' from {{ expression }})
{%- endmacro %}

{% macro duckdb__trim_text(expression) -%}
    trim({{ expression }})
{%- endmacro %}
