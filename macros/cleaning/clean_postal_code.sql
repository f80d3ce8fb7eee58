{#- A postal code in upper case with single blanks. country: expression of the ISO 3166 alpha-2 code. -#}
{% macro clean_postal_code(expression, country) -%}
    {{ coterie.pad_postal_code(coterie.upper_text(coterie.clean_text(expression)), country) }}
{%- endmacro %}


{#- Where postal codes are five digits, a code of four has lost its leading zero to a spreadsheet. -#}
{% macro pad_postal_code(code, country) -%}
    case
        when length({{ code }}) = 4 and {{ country }} in ('DE', 'ES', 'FR', 'IT') then '0' || {{ code }}
        else {{ code }}
    end
{%- endmacro %}


{#- The distinct spellings of the postal codes of a contract table (see spellings). -#}
{% macro postal_code_spellings(table) -%}
    select
        postal_code as spelling,
        {{ coterie.upper_text(coterie.clean_text('postal_code')) }} as postal_code
    from ({{ coterie.input(table) }}) as raw_{{ table }}
    where postal_code is not null
    group by 1, 2
{%- endmacro %}
