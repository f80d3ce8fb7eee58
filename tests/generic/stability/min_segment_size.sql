{#- Passes when every segment holds at least the given share of the customers who have one. A segment that shrinks below
    it has lost its meaning, or the model its fit. Run it on one row per segment.

    Example:  - min_segment_size: {arguments: {share: share, minimum: 0.02}}
    Fails for shares 0.60, 0.39, 0.01 and a minimum of 0.02; passes for 0.60, 0.40. A missing share fails. -#}
{% test min_segment_size(model, share, minimum) %}

select *
from {{ coterie.tested_model(model) }}
where {{ share }} is null or {{ share }} < {{ minimum }}

{% endtest %}
