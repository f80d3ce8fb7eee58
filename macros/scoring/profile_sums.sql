{#- Aggregate: what a profile needs of each feature, as a list of structs in the order of profiled_features(), so that a
    wide table is read once. Decimals, because their sums do not depend on threads. -#}
{% macro profile_sums(alias) -%}
    {%- set sums = [] -%}
    {%- for feature in coterie.profiled_features() -%}
        {%- set column = alias ~ '.' ~ feature.name -%}
        {%- set transformed = coterie.transformed_value(column, feature.transform) -%}
        {%- set square = '(' ~ transformed ~ ') * (' ~ transformed ~ ')' -%}
        {%- do sums.append(coterie.make_struct({
            'known': 'count(' ~ coterie.finite_number(column) ~ ')',
            'total': 'sum(' ~ coterie.to_decimal(column, 38, 9) ~ ')',
            'median_value': 'median(' ~ coterie.finite_number(column) ~ ')',
            'transformed_total': 'sum(' ~ coterie.try_cast(transformed, 'decimal(38, 12)') ~ ')',
            'transformed_squares': 'sum(' ~ coterie.try_cast(square, 'decimal(38, 12)') ~ ')'
        })) -%}
    {%- endfor -%}
    {{ coterie.make_array(sums) }}
{%- endmacro %}

{#- The features that a segment has a mean of: all but categories. -#}
{% macro profiled_features() -%}
    {{- return(coterie.feature_columns() | rejectattr('unit', 'equalto', 'category') | list) -}}
{%- endmacro %}
