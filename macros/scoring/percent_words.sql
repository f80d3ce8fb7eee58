{#- A share from 0 to 1 as whole per cent in words; what would round to nothing is "less than 1 %". -#}
{% macro percent_words(share) -%}
    case
        when {{ share }} > 0 and {{ share }} < 0.005 then 'less than 1 %'
        else cast(cast(round(100 * {{ share }}) as bigint) as {{ dbt.type_string() }}) || ' %'
    end
{%- endmacro %}
