{#- Where a prepared vector lies on an axis of a picture, to six decimals; null where there is no such axis.

    axes: list of structs of weights and bias. -#}
{% macro place_on_axis(prepared, axes, number) -%}
    {%- set axis = coterie.element_at(axes, number) -%}
    {%- set place -%}
        ({{ coterie.dot_product(prepared, coterie.struct_field(axis, 'weights')) }}
        + {{ coterie.struct_field(axis, 'bias') }})
    {%- endset -%}
    case when {{ coterie.array_length(axes) }} >= {{ number }} then {{ coterie.round_number(place, 6) }} end
{%- endmacro %}
