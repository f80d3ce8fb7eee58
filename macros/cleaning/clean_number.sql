{#- A number from text: decimal point or comma, blanks or apostrophes between thousands, a currency sign or code beside
    it. With both comma and point the last one parts the decimals; a separator that occurs twice parts thousands; a single
    comma is a decimal comma. Null where that is not a number. -#}
{% macro clean_number(expression, data_type='decimal(18,4)') -%}
    coalesce(
        {{ coterie.text_to_decimal(expression, data_type) }},
        {{ coterie.try_cast(coterie._plain_number(expression), data_type) }}
    )
{%- endmacro %}


{% macro _plain_number(expression) -%}
    {%- set bare = coterie.regexp_replace_all(
        coterie.upper_text(expression), "[\\s\\p{Z}'’_]|EUR|GBP|CHF|USD|[€£$]", ''
    ) -%}
    case
        when {{ coterie.regexp_like(bare, '^[+-]?[0-9]*,[0-9]+$') }} then replace({{ bare }}, ',', '.')
        when {{ coterie.regexp_like(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]*$') }}
            then replace(replace({{ bare }}, '.', ''), ',', '.')
        when {{ coterie.regexp_like(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]*$') }} then replace({{ bare }}, ',', '')
        when {{ coterie.regexp_like(bare, '^[+-]?[0-9]{1,3}([.][0-9]{3}){2,}$') }} then replace({{ bare }}, '.', '')
        when {{ coterie.regexp_like(bare, '^[+-]?[0-9]{1,3}(,[0-9]{3}){2,}$') }} then replace({{ bare }}, ',', '')
        when {{ coterie.regexp_like(bare, '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)$') }} then {{ bare }}
    end
{%- endmacro %}


{#- The number at the start of a text such as '3,2 km'. -#}
{% macro leading_number(expression) -%}
    {{ coterie.regexp_group(coterie.trim_text(expression), "^[+-]?[0-9][0-9 .,']*", 0) }}
{%- endmacro %}


{#- What follows the leading number, to be looked up in the seed units: lower case, no blanks around; null where nothing
    does. -#}
{% macro trailing_unit(expression) -%}
    {%- set unit = coterie.regexp_group(coterie.trim_text(expression), "^[+-]?[0-9][0-9 .,']*(.*)$", 1) -%}
    nullif({{ coterie.lower_text(coterie.trim_text(unit)) }}, '')
{%- endmacro %}
