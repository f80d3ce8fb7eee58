{#- An e-mail address in lower case, without blanks, tags after a plus kept: they may be another mailbox. Null where it
    cannot be one (something@domain.ending). -#}
{% macro clean_email(expression) -%}
    {%- set address = coterie.regexp_replace_all(
        coterie.lower_text(coterie.normalize_unicode(expression)), '[\\s\\p{Z}\\p{Cc}]+', ''
    ) -%}
    case
        when {{ coterie.regexp_like(address, '^[^@,;<>()]+@[^@,;<>().]+([.][^@,;<>().]+)+$') }}
            then {{ address }}
    end
{%- endmacro %}
