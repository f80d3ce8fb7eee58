{#- Whether a value falls into a row of segment_training_bins: bin 0 is of the missing ones, the others are open below and
    closed above. -#}
{% macro falls_into(value, bins) -%}
    case
        when {{ value }} is null or {{ bins }}.bin = 0 then {{ value }} is null and {{ bins }}.bin = 0
        else
            ({{ bins }}.lower_edge is null or {{ value }} > {{ bins }}.lower_edge)
            and ({{ bins }}.upper_edge is null or {{ value }} <= {{ bins }}.upper_edge)
    end
{%- endmacro %}

{#- The segmentation features of one row as a list in vector order, in their own units, missing ones null. -#}
{% macro segmentation_values(alias) -%}
    {%- set values = [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- do values.append(coterie.finite_number(alias ~ '.' ~ feature.name)) -%}
    {%- endfor -%}
    {{ coterie.make_array(values) }}
{%- endmacro %}
