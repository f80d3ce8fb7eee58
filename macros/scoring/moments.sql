{#- Mean and standard deviation (population) of a group, as columns mean_value and deviation. The values are laid on
    0..1 by the group's lowest and highest value and summed as decimals: sums of doubles depend on the order in which
    threads deliver them. Null, without raising, for a group without values; deviation 0 where all values are equal. -#}
{% macro moments(value, lowest, highest) -%}
    {%- set laid -%}
        {{ coterie.to_decimal('((' ~ value ~ ' - ' ~ lowest ~ ') / nullif(' ~ highest ~ ' - ' ~ lowest ~ ', 0))', 18, 15) }}
    {%- endset -%}
    {%- set mean_laid -%}
        cast(sum({{ laid }}) as double) / nullif(count({{ value }}), 0)
    {%- endset -%}
    {{ lowest }} + coalesce(({{ highest }} - {{ lowest }}) * ({{ mean_laid }}), 0) as mean_value,
        ({{ highest }} - {{ lowest }}) * coalesce(sqrt(greatest(
            cast(sum({{ laid }} * {{ laid }}) as double) / nullif(count({{ value }}), 0)
            - ({{ mean_laid }}) * ({{ mean_laid }}),
            0
        )), 0) as deviation
{%- endmacro %}
