{#- Encoders as tables: what one layer makes of a vector, as a list with one value per unit. -#}

{#- Most layers that an encoder may have; each is one step of customer_vectors. -#}
{% macro encoder_layers_max() -%}
    {{- return(4) -}}
{%- endmacro %}

{#- layer: struct of units (a list of structs of weights and bias) and activation (linear, tanh, relu). -#}
{% macro encoded_by(vector, layer) -%}
    {%- set sums = coterie.transform_array(
        coterie.struct_field(layer, 'units'), coterie.dot_product(vector, 'element.weights') ~ ' + element.bias'
    ) -%}
    case {{ coterie.struct_field(layer, 'activation') }}
            when 'tanh' then {{ coterie.transform_array(sums, 'tanh(element)') }}
            when 'relu' then {{ coterie.transform_array(sums, 'greatest(element, cast(0 as double))') }}
            else {{ sums }}
        end
{%- endmacro %}
