{#- Latin letters without their accents; letters that are no accented form of another (ł, ø, ß, æ, œ ...)
    are written out as they usually are in plain ASCII. -#}
{% macro strip_accents(expression) -%}
    {{ return(adapter.dispatch('strip_accents', 'coterie')(expression)) }}
{%- endmacro %}

{% macro default__strip_accents(expression) -%}
    {%- set accented -%}
        àáâãäåāăąçćĉċčďèéêëēĕėęěĝğġģĥìíîïĩīĭįıĵķĺļľñńņňòóôõöōŏőŕŗřśŝşšșţťțùúûüũūŭůűųŵýÿŷźżžÀÁÂÃÄÅĀĂĄÇĆĈĊČĎÈÉÊËĒĔĖĘĚĜĞĠĢĤÌÍÎÏĨĪĬĮİĴĶĹĻĽÑŃŅŇÒÓÔÕÖŌŎŐŔŖŘŚŜŞŠȘŢŤȚÙÚÛÜŨŪŬŮŰŲŴÝŸŶŹŻŽłŁøØđĐðÐħĦ
    {%- endset -%}
    {%- set plain -%}
        aaaaaaaaacccccdeeeeeeeeegggghiiiiiiiiijklllnnnnoooooooorrrssssstttuuuuuuuuuuwyyyzzzAAAAAAAAACCCCCDEEEEEEEEEGGGGHIIIIIIIIIJKLLLNNNNOOOOOOOORRRSSSSSTTTUUUUUUUUUUWYYYZZZlLoOdDdDhH
    {%- endset -%}
    {{ coterie._spell_ligatures("translate(" ~ expression ~ ", '" ~ (accented | trim) ~ "', '" ~ (plain | trim) ~ "')") }}
{%- endmacro %}

{#- The engine's own function is far faster than a long translate() and knows every accented letter. -#}
{% macro duckdb__strip_accents(expression) -%}
    {{ coterie._spell_ligatures("translate(strip_accents(" ~ expression ~ "), 'łŁøØđĐðÐħĦı', 'lLoOdDdDhHi')") }}
{%- endmacro %}

{% macro _spell_ligatures(expression) -%}
    replace(replace(replace(replace(replace({{ expression }}, 'ß', 'ss'), 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE')
{%- endmacro %}
