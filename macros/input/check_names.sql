{#- Stops if a var holds a name that cannot be part of a column's name, or holds one twice: each of them becomes a
    column. -#}
{% macro check_names() -%}
    {%- set names = {} -%}
    {%- for name in ['basket_categories', 'order_channels', 'content_types'] -%}
        {%- if var(name) is string or var(name) is mapping or var(name) is not iterable -%}
            {%- do coterie.refuse_setting(name, var(name), 'a list of names') -%}
        {%- endif -%}
        {%- do names.update({name: var(name)}) -%}
    {%- endfor -%}
    {%- for name in ['survey_scales', 'engagement_points'] -%}
        {%- if var(name) is not mapping -%}
            {%- do coterie.refuse_setting(name, var(name), 'a mapping like {name: value}') -%}
        {%- endif -%}
        {%- do names.update({name: var(name).keys() | list}) -%}
    {%- endfor -%}
    {%- do names.update({'attribute_features.name': coterie.attribute_features() | map(attribute='name') | list}) -%}
    {%- for var_name, var_names in names.items() -%}
        {%- set seen = [] -%}
        {%- for name in var_names -%}
            {%- do coterie.check_form(
                var_name ~ '[' ~ loop.index0 ~ ']', name, '[A-Za-z_][A-Za-z0-9_]*',
                'letters, digits and underscores only, as it becomes part of a column name'
            ) -%}
            {%- if name | lower in seen -%}
                {%- do coterie.refuse_setting(
                    var_name ~ '[' ~ loop.index0 ~ ']', name, 'another name than the entries before it'
                ) -%}
            {%- endif -%}
            {%- do seen.append(name | lower) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
