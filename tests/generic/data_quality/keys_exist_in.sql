{#- Passes when every key, unless a part of it is null, stands in the parent too. parent: a model of this package;
    keys: {column: column of the parent}. -#}
{% test keys_exist_in(model, parent, keys) %}

select child.*
from {{ coterie.tested_model(model) }} as child
left join {{ ref('coterie', parent) }} as parent
    on
        {%- for column, parent_column in keys.items() %}
        {{ 'and ' if not loop.first }}child.{{ column }} = parent.{{ parent_column }}
        {%- endfor %}
where
    {%- for column in keys %}
    child.{{ column }} is not null and
    {%- endfor %}
    {%- for parent_column in keys.values() %}
    {{ 'and ' if not loop.first }}parent.{{ parent_column }} is null
    {%- endfor %}

{% endtest %}
