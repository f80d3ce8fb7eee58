{#-
    The models that customer_features joins, in order: Coterie's families, then those of var extra_features
    ('model' of the root project or 'project.model'). Each is a dict of package and name.
-#}
{%- macro feature_models() -%}
    {%- set models = [] -%}
    {%- for family in [
        'purchase', 'rhythm', 'engagement', 'basket', 'context', 'demographic', 'geographic', 'psychographic', 'attributes'
    ] -%}
        {%- do models.append({'package': 'coterie', 'name': 'features_' ~ family}) -%}
    {%- endfor -%}
    {%- for extra in var('extra_features') -%}
        {%- set parts = (extra | string).split('.') -%}
        {%- if parts | length > 2 or '' in parts -%}
            {%- do exceptions.raise_compiler_error(
                "var extra_features: expected 'model' or 'project.model', received '" ~ extra ~ "'"
            ) -%}
        {%- endif -%}
        {%- do models.append({'package': parts[0] if parts | length == 2 else project_name, 'name': parts[-1]}) -%}
    {%- endfor -%}
    {{ return(models) }}
{%- endmacro -%}
