{#- What separates a customer from the runner-up segment, by list arithmetic on prepared vectors. -#}

{#- Twice the difference of two centres, feature by feature. -#}
{% macro pair_differences(own, second) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do values.append(
            '2 * (' ~ coterie.element_at(own, feature.position) ~ ' - ' ~ coterie.element_at(second, feature.position) ~ ')'
        ) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- The points half-way between two centres, feature by feature. -#}
{% macro pair_middles(own, second) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do values.append(
            '(' ~ coterie.element_at(own, feature.position) ~ ' + ' ~ coterie.element_at(second, feature.position) ~ ') / 2'
        ) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}

{#- The contribution of each feature as a whole number: millionths (1,000,000 at most), times 1,000, plus 999 less the
    position, so that the largest key is the strongest feature, the first of equal ones. A feature that is missing for the
    customer has none, unless its imputation is zero: then a missing value is a value, nothing happened. -#}
{% macro contribution_keys(vector, differences, middles, alias, parameters) -%}
    {%- set keys = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- set contribution -%}
            {{ coterie.element_at(differences, feature.position) }}
            * ({{ coterie.element_at(vector, feature.position) }} - {{ coterie.element_at(middles, feature.position) }})
        {%- endset -%}
        {%- set millionths = 'cast(round(1000000 * least(' ~ contribution ~ ', cast(1000000 as double))) as bigint)' -%}
        {%- if feature.impute != 'zero' -%}
            {%- set known = coterie.known_value(alias, parameters, feature) ~ ' is not null' -%}
            {%- set millionths = 'case when ' ~ known ~ ' then ' ~ millionths ~ ' else 0 end' -%}
        {%- endif -%}
        {%- do keys.append(millionths ~ ' * 1000 + ' ~ (999 - feature.position)) -%}
    {%- endfor -%}
    {{ coterie.make_array(keys) }}
{%- endmacro %}

{#- A reason in words, of a key of contribution_keys: the label of the feature, high or low against the runner-up; null where
    the feature does not speak for the own segment. -#}
{% macro reason_words(key, differences) -%}
    {%- set high = [] -%}
    {%- set low = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do high.append(coterie.text_literal('high ' ~ feature.label)) -%}
        {%- do low.append(coterie.text_literal('low ' ~ feature.label)) -%}
    {%- endfor -%}
    {%- set position = 'cast(999 - ' ~ key ~ ' % 1000 as int)' -%}
    case
            when {{ key }} < 1000 then null
            when {{ coterie.element_at(differences, position) }} > 0
                then {{ coterie.element_at(coterie.make_array(high), position) }}
            else {{ coterie.element_at(coterie.make_array(low), position) }}
        end
{%- endmacro %}
