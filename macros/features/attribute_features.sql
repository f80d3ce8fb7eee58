{#- The entries of var attribute_features as feature columns, checked and with their defaults filled in. -#}
{%- macro attribute_features() -%}
    {%- set features = [] -%}
    {%- for entry in var('attribute_features') -%}
        {%- if not entry.get('attribute') or not entry.get('name') -%}
            {%- do exceptions.raise_compiler_error(
                "var attribute_features: every entry needs `attribute` (its name in the attributes table) and `name` "
                ~ "(the feature's column name); received " ~ entry
            ) -%}
        {%- endif -%}
        {%- set meta = {'family': 'attributes'} -%}
        {%- do meta.update(entry) -%}
        {%- do features.append(coterie.feature_from_meta(entry.name, 'features_attributes', meta)) -%}
    {%- endfor -%}
    {{ return(features) }}
{%- endmacro -%}
