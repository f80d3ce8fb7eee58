{#- Stops if a var names an algorithm or an encoder of segments that there is not. -#}
{% macro check_candidates() -%}
    {%- set algorithms = coterie.segment_algorithms() -%}
    {%- set known = {
        'segment_algorithms': [algorithms | join('|'), 'one of ' ~ algorithms | join(', ')],
        'segment_encoders': [
            'none|pca|pca:kaiser|pca:(0?[.][0-9]*[1-9][0-9]*|1([.]0*)?)|autoencoder',
            'none, pca, pca:SHARE (a share above 0, at most 1, such as pca:0.8), pca:kaiser or autoencoder'
        ]
    } -%}
    {%- for name, form in known.items() -%}
        {%- set names = var(name) -%}
        {%- if names is string or names is mapping or names is not iterable or not names -%}
            {%- do coterie.refuse_setting(name, names, 'a list of names, at least one') -%}
        {%- endif -%}
        {%- for entry in names -%}
            {%- do coterie.check_form(name ~ '[' ~ loop.index0 ~ ']', entry, form[0], form[1]) -%}
            {%- if entry in names[:loop.index0] -%}
                {%- do coterie.refuse_setting(
                    name ~ '[' ~ loop.index0 ~ ']', entry, 'another name than the entries before it'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if var('segment_algorithms') | list == ['online_kmeans'] -%}
        {%- do coterie.refuse_setting(
            'segment_algorithms', var('segment_algorithms'), 'at least one algorithm that needs no accepted model'
        ) -%}
    {%- endif -%}
{%- endmacro %}
