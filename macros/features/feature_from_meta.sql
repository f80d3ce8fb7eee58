{#- One feature column as a dict: name, model and its meta with every key present and checked. -#}
{%- macro feature_from_meta(name, model, meta) -%}
    {%- set allowed = {
        'transform': ['none', 'log1p', 'sqrt', 'logit'],
        'impute': ['zero', 'mean', 'median', 'knn', 'model'],
        'outliers': ['none', 'iqr', 'zscore'],
        'outlier_action': ['winsorise', 'reject']
    } -%}
    {%- set feature = {
        'name': name,
        'model': model,
        'family': meta.family,
        'unit': 'number',
        'label': name | replace('_', ' '),
        'transform': 'none',
        'impute': 'median',
        'outliers': 'none',
        'outlier_action': 'winsorise',
        'segmentation': false,
        'is_clock_driven': false,
        'weight': 1.0,
        'prediction': false,
        'categories': []
    } -%}
    {%- do feature.update(meta) -%}
    {%- for key, values in allowed.items() -%}
        {%- if feature[key] not in values -%}
            {%- do exceptions.raise_compiler_error(
                "Feature " ~ model ~ "." ~ name ~ ": meta " ~ key ~ " is '" ~ feature[key] ~ "', expected one of "
                ~ values | join(', ')
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if (feature.unit == 'category') != (feature.categories | length > 0) -%}
        {%- do exceptions.raise_compiler_error(
            "Feature " ~ model ~ "." ~ name ~ ": meta unit is '" ~ feature.unit ~ "' and categories are " ~ feature.categories
            ~ "; give `unit: category` and the list of `categories` together, or neither"
        ) -%}
    {%- endif -%}
    {%- if feature.unit == 'category' and feature.segmentation -%}
        {%- do exceptions.raise_compiler_error(
            "Feature " ~ model ~ "." ~ name ~ ": a category has no distance, so that `segmentation: true` cannot be; give one "
            ~ "feature of 0 and 1 for each category that segments shall be found by"
        ) -%}
    {%- endif -%}
    {{ return(feature) }}
{%- endmacro -%}
