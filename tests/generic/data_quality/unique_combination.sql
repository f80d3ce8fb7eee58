{#- Passes when no combination of values of the columns occurs twice and none of them is ever null: the columns are
    a key. may_be_null: those of them that may be empty, two empty values counting as the same. -#}
{% test unique_combination(model, columns, may_be_null=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ coterie.tested_model(model) }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in may_be_null %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}
