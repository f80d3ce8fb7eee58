{#- The features that segments are found in: those whose column meta says `segmentation: true`, in the
    order of feature_columns(), each with its position in the vector (from 1). -#}
{% macro segmentation_features() -%}
    {%- set features = [] -%}
    {%- for column in coterie.feature_columns() if column.segmentation -%}
        {%- do features.append(dict(column, position=features | length + 1)) -%}
    {%- endfor -%}
    {{- return(features) -}}
{%- endmacro %}

{#- Those of them whose missing values are imputed from what else is known of a customer (impute: knn or model), or by one
    of the two methods. -#}
{% macro imputed_features(method=none) -%}
    {%- set features = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- if feature.impute in ([method] if method else ['knn', 'model']) -%}
            {%- do features.append(feature) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(features) -}}
{%- endmacro %}

{#- Hash of the ordered features and their treatments, with the vars that feature_scaling and imputation read: what a frozen model must
    agree on with the YAML and the settings of today. -#}
{% macro features_hash() -%}
    {%- set treatments = [] -%}
    {%- for name in ['outlier_iqr_factor', 'outlier_z_limit', 'feature_missing_share_max'] -%}
        {%- do treatments.append([name, var(name) | float] | join('|')) -%}
    {%- endfor -%}
    {#- what only these two read changes the hash only where they are used -#}
    {%- if coterie.imputed_features('knn') -%}
        {%- do treatments.append(['knn', var('impute_neighbours') | int, var('impute_donors') | int] | join('|')) -%}
    {%- endif -%}
    {%- if coterie.imputed_features('model') -%}
        {%- do treatments.append(['model', var('impute_ridge_penalty') | float] | join('|')) -%}
    {%- endif -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- if feature.outlier_action == 'reject' -%}
            {%- do treatments.append([feature.name, 'reject'] | join('|')) -%}
        {%- endif -%}
        {%- do treatments.append(
            [feature.name, feature.transform, feature.impute, feature.outliers, feature.weight | float] | join('|')
        ) -%}
    {%- endfor -%}
    {{- return(local_md5(treatments | join('\n'))) -}}
{%- endmacro %}
