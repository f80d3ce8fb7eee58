{#- Whether the user has said (var drift_accepted_on) that what changed up to a day is real. -#}
{% macro is_drift_accepted(date) -%}
    {%- if var('drift_accepted_on') -%}
        ({{ date }} = cast('{{ var("drift_accepted_on") }}' as date))
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
