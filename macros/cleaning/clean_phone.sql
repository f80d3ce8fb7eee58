{#- Phone numbers in E.164 (+33612345678), in two steps, because the numbering plan of the number's country is looked up
    between them (seed country_calling_codes):

    1. phone_digits: digits only, with a leading '+' where the number was written internationally (+ or 00).
    2. clean_phone: the number, given the plan of the country it belongs to. -#}
{% macro phone_digits(expression) -%}
    {#- '(0)' is the trunk prefix shown beside the country code; an extension is not part of the number. -#}
    {%- set without_extras = coterie.regexp_replace_all(
        coterie.lower_text(expression), '[(]0[)]|(ext|extension|poste|x)[ .:]*[0-9]+ *$', ''
    ) -%}
    {%- set digits = coterie.regexp_replace_all(without_extras, '[^0-9+]', '') -%}
    case
        when {{ coterie.regexp_like(digits, '^([+]|00)[1-9][0-9]+$') }}
            then '+' || {{ coterie.regexp_replace_all(digits, '^([+]|00)', '') }}
        when {{ coterie.regexp_like(digits, '^[0-9]+$') }} then {{ digits }}
    end
{%- endmacro %}


{#- The calling code of an international number: no calling code begins another, so its length follows from its first
    digits (ITU-T E.164). -#}
{% macro phone_calling_code(phone_digits) -%}
    nullif({{ coterie.regexp_group(
        phone_digits,
        '^[+](1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[2-9][0-9]{2})',
        1
    ) }}, '')
{%- endmacro %}


{#- plan: relation alias with calling_code, trunk_prefix, min_length, max_length (lengths of the national number without
    trunk prefix). Null where the number does not fit its plan; numbers of countries without a plan need 8 to 15 digits
    (the bounds of E.164). -#}
{% macro clean_phone(phone_digits, plan) -%}
    {%- set is_international = phone_digits ~ " like '+%'" -%}
    {%- set fits = "between " ~ plan ~ ".min_length and " ~ plan ~ ".max_length" -%}
    {%- set after_code = "substr(" ~ phone_digits ~ ", length(" ~ plan ~ ".calling_code) + 2)" -%}
    {%- set after_bare_code = "substr(" ~ phone_digits ~ ", length(" ~ plan ~ ".calling_code) + 1)" -%}
    {%- set starts_with_trunk = "like " ~ plan ~ ".trunk_prefix || '%'" -%}
    case
        when {{ plan }}.calling_code is null then
            case when {{ is_international }} and length({{ phone_digits }}) between 9 and 16 then {{ phone_digits }} end
        when {{ is_international }} then
            case
                when length({{ after_code }}) {{ fits }} and not coalesce({{ after_code }} {{ starts_with_trunk }}, false)
                    then {{ phone_digits }}
                {# The trunk prefix kept after the country code: +33 06 12 34 56 78. #}
                when {{ after_code }} {{ starts_with_trunk }}
                    and length({{ after_code }}) - length({{ plan }}.trunk_prefix) {{ fits }}
                    then '+' || {{ plan }}.calling_code
                        || substr({{ after_code }}, length({{ plan }}.trunk_prefix) + 1)
                when length({{ after_code }}) {{ fits }} then {{ phone_digits }}
            end
        when {{ phone_digits }} {{ starts_with_trunk }}
            and length({{ phone_digits }}) - length({{ plan }}.trunk_prefix) {{ fits }}
            then '+' || {{ plan }}.calling_code || substr({{ phone_digits }}, length({{ plan }}.trunk_prefix) + 1)
        {# A country whose numbers always carry the trunk prefix may have lost it where a sheet read it as a number. #}
        when length({{ phone_digits }}) {{ fits }} then '+' || {{ plan }}.calling_code || {{ phone_digits }}
        {# The country code without its plus sign. #}
        when {{ phone_digits }} like {{ plan }}.calling_code || '%' and length({{ after_bare_code }}) {{ fits }}
            then '+' || {{ phone_digits }}
    end
{%- endmacro %}
