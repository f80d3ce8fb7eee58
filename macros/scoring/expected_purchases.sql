{#- What the BG/NBD expects of customers, as means over the probability of leaving after a purchase, summed over the nodes
    that lifetime_nodes has for a number of repeats. shape is r + x, rate alpha + T in days. -#}

{#- Purchases within some days of customers who are active, each day's purchases times a weight.
    discounts: list of (days, weight) in rising order of days: from each to the next its weight holds; plain purchases
    within 90 days are [(90, 1)]. -#}
{% macro expected_purchases(probabilities, weights, shape, rate, discounts) -%}
    {%- set summed -%}
        (
            {%- for days, weight in discounts %}
            {%- set fall = weight - (0 if loop.last else loop.nextitem[1]) -%}
            {{ ' + ' if not loop.first }}{{ fall }} * (1 - power(1 + element * ({{ days }} / ({{ rate }})), -({{ shape }})))
            {%- endfor -%}
        ) / element
    {%- endset -%}
    {{ coterie.dot_product(weights, coterie.transform_array(probabilities, summed)) }}
{%- endmacro %}

{#- Days and weights for expected_purchases: what is bought in a period of 30 days is worth what it is in its middle. -#}
{% macro discounts_until(horizon) -%}
    {%- set found = [] -%}
    {%- set ends = range(30, horizon + 1, 30) | list -%}
    {%- if not ends or ends[-1] < horizon -%}
        {%- do ends.append(horizon) -%}
    {%- endif -%}
    {%- set begin = namespace(day=0) -%}
    {%- for end in ends -%}
        {%- do found.append((end, (1 + var('lifetime_discount_rate')) ** (-(begin.day + end) / 730))) -%}
        {%- set begin.day = end -%}
    {%- endfor -%}
    {{- return(found) -}}
{%- endmacro %}
