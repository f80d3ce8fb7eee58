{#- The features that segments are found in: those whose column meta says `segmentation: true`, in the
    order of feature_columns(), each with its position in the vector (from 1). -#}
{% macro segmentation_features() -%}
    {%- set features = [] -%}
    {%- for column in coterie.feature_columns() if column.segmentation -%}
        {%- do features.append(dict(column, position=features | length + 1)) -%}
    {%- endfor -%}
    {{- return(features) -}}
{%- endmacro %}

{#- Hash of the ordered features and their treatments, with the vars that feature_scaling reads: what a frozen model must
    agree on with the YAML and the settings of today. -#}
{% macro features_hash() -%}
    {%- set treatments = [] -%}
    {%- for name in ['outlier_iqr_factor', 'outlier_z_limit', 'feature_missing_share_max'] -%}
        {%- do treatments.append([name, var(name) | float] | join('|')) -%}
    {%- endfor -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do treatments.append(
            [feature.name, feature.transform, feature.impute, feature.outliers, feature.weight | float] | join('|')
        ) -%}
    {%- endfor -%}
    {{- return(local_md5(treatments | join('\n'))) -}}
{%- endmacro %}
