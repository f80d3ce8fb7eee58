{#- Passes when every column named holds nothing but the values listed for it, or null. values: {column: [value, ...]}. -#}
{% test accepted_column_values(model, values) %}

select {{ values.keys() | join(', ') }}
from {{ coterie.tested_model(model) }}
where
    {%- for column, accepted in values.items() %}
    {{ 'or ' if not loop.first }}{{ column }} not in ('{{ accepted | join("', '") }}')
    {%- endfor %}

{% endtest %}
