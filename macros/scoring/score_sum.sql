{#- An additive model in SQL, generated from score_parameters(): a CASE per term, and their sum. -#}

{#- Names of the features that the terms of models ask for, each once, in the order of first use. -#}
{% macro scored_features(models) -%}
    {%- set names = [] -%}
    {%- for model in models -%}
        {%- for term in model.terms -%}
            {%- for feature in term.features if feature.name not in names -%}
                {%- do names.append(feature.name) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(names) -}}
{%- endmacro %}

{#- The value of a feature for scoring; a feature that is no longer there is missing for everyone. -#}
{% macro scored_value(alias, feature) -%}
    {%- if feature in coterie.prediction_features() | map(attribute='name') -%}
        {{ coterie.finite_number(alias ~ '.' ~ feature) }}
    {%- else -%}
        cast(null as double)
    {%- endif -%}
{%- endmacro %}

{#- A number that is held as a text, as a double of exactly that value. -#}
{% macro double_literal(text) -%}
    cast('{{ text }}' as double)
{%- endmacro %}

{#- CASE over the bins of a feature: closed below, open above, missing values first. results: one for each bin. -#}
{% macro bin_case(value, edges, results) -%}
    case
            when {{ value }} is null then {{ results[0] }}
            {%- for edge in edges %}
            when {{ value }} < {{ coterie.double_literal(edge) }} then {{ results[loop.index] }}
            {%- endfor %}
            else {{ results[edges | length + 1] }}
        end
{%- endmacro %}

{#- What a term adds to the logit. A pair is the bins of both and one lookup. -#}
{% macro score_term(term, alias) -%}
    {%- set numbers = [] -%}
    {%- for contribution in term.contributions -%}
        {%- do numbers.append(coterie.double_literal(contribution)) -%}
    {%- endfor -%}
    {%- if term.features | length == 1 -%}
        {{ coterie.bin_case(alias ~ '.' ~ term.features[0].name, term.features[0].edges, numbers) }}
    {%- else -%}
        {%- set bins = [] -%}
        {%- for feature in term.features -%}
            {%- do bins.append(coterie.bin_case(
                alias ~ '.' ~ feature.name, feature.edges, range(feature.edges | length + 2) | list
            )) -%}
        {%- endfor -%}
        {{ coterie.element_at(
            coterie.make_array(numbers),
            '(' ~ bins[0] ~ ') * ' ~ (term.features[1].edges | length + 2) ~ ' + (' ~ bins[1] ~ ') + 1'
        ) }}
    {%- endif -%}
{%- endmacro %}

{#- The logit: the intercept, then the terms in their order, as the library adds them. -#}
{% macro score_logit(model, prefix) -%}
    {{ coterie.double_literal(model.intercept) }}
    {%- for term in model.terms %}
        + {{ prefix }}{{ term.number }}
    {%- endfor -%}
{%- endmacro %}

{#- The probability of a logit. -#}
{% macro logistic(logit) -%}
    1 / (1 + exp(-({{ logit }})))
{%- endmacro %}
