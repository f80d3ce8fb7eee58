{#- Preparation of a feature, said once for training and for scoring: transform, impute what is missing,
    winsorise, centre, scale and weigh. -#}

{#- A feature as a double that is either finite or null. Rounded to nine decimals, so that the last bits of
    an engine's arithmetic cannot move a customer. -#}
{% macro finite_number(expression) -%}
    {{ coterie.round_number(expression, 9) }}
{%- endmacro %}

{#- A feature on the scale that averages well. log1p and sqrt keep the sign: net amounts can be negative. A share of
    exactly 0 or 1 has no logit: shares are held 0.005 inside, half a percentage point being what can be told apart. -#}
{% macro transformed_value(expression, transform) -%}
    {%- set number = coterie.finite_number(expression) -%}
    {%- if transform == 'log1p' -%}
        sign({{ number }}) * ln(1 + abs({{ number }}))
    {%- elif transform == 'sqrt' -%}
        sign({{ number }}) * sqrt(abs({{ number }}))
    {%- elif transform == 'logit' -%}
        case when {{ number }} is not null then
            ln(least(greatest({{ number }}, 0.005), 0.995) / (1 - least(greatest({{ number }}, 0.005), 0.995)))
        end
    {%- else -%}
        {{ number }}
    {%- endif -%}
{%- endmacro %}

{#- The segmentation features of one row as a list in vector order, transformed, missing ones null. -#}
{% macro transformed_vector(alias) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do values.append(coterie.transformed_value(alias ~ '.' ~ feature.name, feature.transform)) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- The prepared vector of one row: a list of doubles without nulls. `parameters` is the alias of one row of
    scaling_parameters(). A feature that is not used has factor 0. greatest() and least() skip a missing fence. -#}
{% macro prepared_vector(alias, parameters) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- set value = coterie.transformed_value(alias ~ '.' ~ feature.name, feature.transform) -%}
        {%- set position = feature.position -%}
        {%- set lower_fence = coterie.element_at(parameters ~ '.lower_fences', position) -%}
        {%- set upper_fence = coterie.element_at(parameters ~ '.upper_fences', position) -%}
        {%- do values.append(
            '(least(greatest(coalesce(' ~ value ~ ', ' ~ coterie.element_at(parameters ~ '.impute_values', position) ~ '), '
            ~ lower_fence ~ '), ' ~ upper_fence ~ ') - ' ~ coterie.element_at(parameters ~ '.centres', position)
            ~ ') * ' ~ coterie.element_at(parameters ~ '.factors', position)
        ) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- The scaling of each model version as one row of lists in vector order. -#}
{% macro scaling_parameters(relation) -%}
    (
        select
            model_version,
            {{ coterie.ordered_array('impute_value', 'position') }} as impute_values,
            {{ coterie.ordered_array('lower_fence', 'position') }} as lower_fences,
            {{ coterie.ordered_array('upper_fence', 'position') }} as upper_fences,
            {{ coterie.ordered_array('centre', 'position') }} as centres,
            {{ coterie.ordered_array('factor', 'position') }} as factors
        from {{ relation }}
        group by model_version
    )
{%- endmacro %}
