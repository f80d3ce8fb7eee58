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

{#- A transformed value as far as it is kept: one beyond the fences is as good as missing where the feature's meta says
    `outlier_action: reject`. -#}
{% macro kept_value(value, lower_fence, upper_fence, action) -%}
    {%- if action == 'reject' -%}
        case
            when {{ value }} >= coalesce({{ lower_fence }}, {{ value }}) and {{ value }} <= coalesce({{ upper_fence }}, {{ value }})
                then {{ value }}
        end
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The kept value of a feature of one row, null where it is missing. -#}
{% macro known_value(alias, parameters, feature) -%}
    {{ coterie.kept_value(
        coterie.transformed_value(alias ~ '.' ~ feature.name, feature.transform),
        coterie.element_at(parameters ~ '.lower_fences', feature.position),
        coterie.element_at(parameters ~ '.upper_fences', feature.position),
        feature.outlier_action
    ) }}
{%- endmacro %}

{#- The prepared vector of one row: a list of doubles. `parameters` is the alias of one row of scaling_parameters(). A
    feature that is not used has factor 0. greatest() and least() skip a missing fence. Null are only the missing values
    of features that are imputed by knn or model, until complete_vectors() has filled them. -#}
{% macro prepared_vector(alias, parameters) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- set position = feature.position -%}
        {%- set value = coterie.known_value(alias, parameters, feature) -%}
        {%- set is_imputed = feature.impute in ['knn', 'model'] -%}
        {%- set stand_in = coterie.element_at(parameters ~ '.impute_values', position) -%}
        {%- set lower_fence = coterie.element_at(parameters ~ '.lower_fences', position) -%}
        {%- set upper_fence = coterie.element_at(parameters ~ '.upper_fences', position) -%}
        {%- set factor = coterie.element_at(parameters ~ '.factors', position) -%}
        {%- set laid -%}
            (least(greatest(
                {{- value if is_imputed else 'coalesce(' ~ value ~ ', ' ~ stand_in ~ ')' -}}
            , {{ lower_fence }}), {{ upper_fence }}) - {{ coterie.element_at(parameters ~ '.centres', position) }}) * {{ factor }}
        {%- endset -%}
        {%- if is_imputed -%}
            {%- do values.append(
                'case when ' ~ factor ~ ' = 0 then 0 when ' ~ value ~ ' is not null then ' ~ laid ~ ' end'
            ) -%}
        {%- else -%}
            {%- do values.append(laid) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- Which features of one row are known, 1 or 0 each, in vector order; null where no feature asks for it. With
    `impute: zero` a missing value is a value: nothing happened. -#}
{% macro known_vector(alias, parameters) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- if feature.impute == 'zero' -%}
            {%- do values.append('cast(1 as double)') -%}
        {%- else -%}
            {%- do values.append(
                'case when ' ~ coterie.known_value(alias, parameters, feature)
                ~ ' is null then cast(0 as double) else cast(1 as double) end'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if coterie.imputed_features() -%}
        {{ coterie.make_array(values) }}
    {%- else -%}
        cast(null as {{ coterie.array_type('double') }})
    {%- endif -%}
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
