{#-
    Every feature column in order, as dicts: name, model, family, unit, label, transform, impute, outliers,
    segmentation, weight, prediction.

    A column is a feature if its YAML has `config: meta: family:`. Families whose columns follow a var (categories,
    channels, content types, survey scales, attributes) give the columns that the var asks for: with the meta of the
    YAML where it has them, with the family's own default where it does not.

    `graph` is empty while dbt parses and in dbt unit tests; unit tests override this macro.
-#}
{%- macro feature_columns() -%}
    {%- set features = [] -%}
    {%- if execute -%}
        {%- set generated = coterie.generated_features() -%}
        {%- for model in coterie.feature_models() -%}
            {%- set node = graph.get('nodes', {}).get('model.' ~ model.package ~ '.' ~ model.name) -%}
            {%- set own = [] -%}
            {%- set described = {} -%}
            {%- for column in (node.columns.values() if node else []) -%}
                {%- set meta = (column.get('config') or {}).get('meta') or column.get('meta') or {} -%}
                {%- if meta.get('family') -%}
                    {%- do described.update({column.name: meta}) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- set asked_for = generated.get(model.name, {}) -%}
            {%- for name, meta in described.items() -%}
                {%- if not meta.get('follows') or name in asked_for -%}
                    {%- do own.append(coterie.feature_from_meta(name, model.name, meta)) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for name, meta in asked_for.items() -%}
                {%- if node and name not in described -%}
                    {%- do own.append(coterie.feature_from_meta(name, model.name, meta)) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- if node and not own and model.package != 'coterie' -%}
                {%- do exceptions.raise_compiler_error(
                    "var extra_features names " ~ model.package ~ "." ~ model.name ~ ", whose YAML describes no feature: give "
                    ~ "each feature column `config: {meta: {family: ...}}`"
                ) -%}
            {%- endif -%}
            {%- for feature in own -%}
                {%- for other in features if other.name == feature.name -%}
                    {%- do exceptions.raise_compiler_error(
                        "Feature column " ~ feature.name ~ " is in both " ~ other.model ~ " and " ~ feature.model
                        ~ ": rename one of them"
                    ) -%}
                {%- endfor -%}
                {%- do features.append(feature) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(features) }}
{%- endmacro -%}
