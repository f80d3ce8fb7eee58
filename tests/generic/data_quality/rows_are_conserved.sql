{#- Passes when nothing is lost between the input and staging: for every table, accepted, rejected and duplicate rows add up
    to the raw rows. -#}
{% test rows_are_conserved(model) %}

select *
from {{ coterie.tested_model(model) }}
where raw_rows is null
    or accepted_rows is null
    or rejected_rows is null
    or duplicate_rows is null
    or raw_rows <> accepted_rows + rejected_rows + duplicate_rows

{% endtest %}
