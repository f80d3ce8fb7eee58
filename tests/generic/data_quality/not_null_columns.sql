{#- Passes when none of the columns is ever null: one scan for all of them. -#}
{% test not_null_columns(model, columns) %}

select {{ columns | join(', ') }}
from {{ coterie.tested_model(model) }}
where {{ columns | join(' is null or ') }} is null

{% endtest %}
