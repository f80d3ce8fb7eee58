{#- Stops with the one sentence that is said of every var that cannot be right. -#}
{% macro refuse_setting(name, value, expected) -%}
    {{ exceptions.raise_compiler_error(
        "The var " ~ name ~ " is '" ~ value ~ "', but should be " ~ expected
        ~ ": correct it in the vars of your dbt_project.yml."
    ) }}
{%- endmacro %}
