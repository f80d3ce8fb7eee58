{#- Names of the contract's tables. Written out because refs are needed while dbt parses, when `graph` is still empty. -#}
{% macro contract_tables() -%}
    {{ return([
        'contacts', 'orders', 'order_lines', 'events', 'messages', 'survey_answers', 'interests', 'consents',
        'erasure_requests', 'outcomes', 'attributes', 'places', 'daily_weather'
    ]) }}
{%- endmacro %}
