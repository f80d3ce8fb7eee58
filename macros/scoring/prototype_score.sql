{#- How far a vector is from a prototype, the lowest winning: the Euclidean distance; of a component of a mixture (one that
    has precisions) minus twice its log density, up to a constant that all components share.

    prototype: struct of vector, precision_vector (null or one a coordinate) and score_offset. -#}
{% macro prototype_score(vector, prototype) -%}
    case
        when {{ prototype }}.precision_vector is null then {{ coterie.euclidean_distance(vector, prototype ~ '.vector') }}
        else
            {{ coterie.weighted_square_distance(vector, prototype ~ '.vector', prototype ~ '.precision_vector') }}
            - {{ prototype }}.score_offset
    end
{%- endmacro %}
