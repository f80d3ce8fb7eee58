{#- Subquery of rows with the nulls of their prepared vectors filled, as segment_imputations has it for their model; the rows
    themselves where no feature is imputed by knn or model.

    knn: the mean of the nearest donors who know the feature. The distance to a donor is the mean squared difference over the features that
    both know; equally near ones count in the order of their number. Who knows nothing gets the mean of the sample, 0.
    model: a linear model of the other features, 0 (the mean) for those missing, held within what the sample has.

    rows: relation with model_version, prepared and known_vector() as `known`. columns: what else is kept of it.
    imputations: segment_imputations, or a subquery like it. -#}
{% macro complete_vectors(rows, columns, imputations) -%}
    {%- if not coterie.imputed_features() -%}
        {{- return(rows) -}}
    {%- endif -%}
    {%- set regressed = coterie.imputed_features('model') | map(attribute='name') | list -%}
    {%- set given = coterie.imputed_features('knn') -%}
    {%- set filled, masked, squares, completed, missing = [], [], [], [], [] -%}
    {%- for feature in coterie.segmentation_features() -%}
        {%- set value = coterie.element_at('rows_to_fill.prepared', feature.position) -%}
        {%- set known = coterie.element_at('rows_to_fill.known', feature.position) -%}
        {%- do filled.append('coalesce(' ~ value ~ ', 0)') -%}
        {%- do masked.append('coalesce(' ~ value ~ ', 0) * ' ~ known) -%}
        {%- do squares.append('coalesce(' ~ value ~ ' * ' ~ value ~ ', 0) * ' ~ known) -%}
        {%- set kept = coterie.element_at('neighboured.prepared', feature.position) -%}
        {%- if feature.impute == 'knn' -%}
            {%- do missing.append(value ~ ' is null') -%}
            {%- set place = coterie.struct_field('element', 'donor') -%}
            {%- set able = coterie.where_elements(
                'neighboured.nearest', coterie.element_at('neighboured.known_' ~ feature.position, place) ~ ' = 1'
            ) -%}
            {%- set gifts = coterie.transform_array(
                coterie.first_elements(able, var('impute_neighbours')),
                coterie.element_at('neighboured.given_' ~ feature.position, place)
            ) -%}
            {%- do completed.append('coalesce(' ~ kept ~ ', ' ~ coterie.array_mean(gifts) ~ ', 0)') -%}
        {%- elif feature.impute == 'model' -%}
            {%- set regression = coterie.element_at('neighboured.regressions', regressed.index(feature.name) + 1) -%}
            {%- do completed.append(
                'coalesce(' ~ kept ~ ', least(greatest('
                ~ coterie.dot_product(coterie.struct_field(regression, 'weights'), 'neighboured.filled')
                ~ ' + ' ~ coterie.struct_field(regression, 'bias') ~ ', ' ~ coterie.struct_field(regression, 'lowest')
                ~ '), ' ~ coterie.struct_field(regression, 'highest') ~ '), 0)'
            ) -%}
        {%- else -%}
            {%- do completed.append(kept) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set square_sum -%}
        {{ coterie.dot_product('filled_rows.known', coterie.struct_field('element', 'squares')) }}
        - 2 * {{ coterie.dot_product('filled_rows.masked', coterie.struct_field('element', 'coordinates')) }}
        + {{ coterie.dot_product('filled_rows.squares', coterie.struct_field('element', 'known')) }}
    {%- endset -%}
    {%- set score -%}
        coalesce(round(greatest({{ square_sum }}, 0) / nullif({{
            coterie.dot_product('filled_rows.known', coterie.struct_field('element', 'known'))
        }}, 0), 9), cast(1e9 as double))
    {%- endset -%}
    (
        select
            {%- for column in columns %}
            neighboured.{{ column }},
            {%- endfor %}
            {{ coterie.make_array(completed) }} as prepared
        from (
            select
                filled_rows.*,
                {%- if regressed %}
                regressions.regressions{{ ',' if given }}
                {%- endif %}
                {%- if given %}
                {%- for feature in given %}
                donors.known_{{ feature.position }},
                donors.given_{{ feature.position }},
                {%- endfor %}
                case
                    when filled_rows.is_needy then {{ coterie.sort_array(coterie.transform_array(
                        'donors.donors',
                        coterie.make_struct({'score': score, 'donor': coterie.struct_field('element', 'donor')})
                    )) }}
                end as nearest
                {%- endif %}
            from (
                select
                    rows_to_fill.*,
                    {{ coterie.make_array(filled) }} as filled,
                    {{ coterie.make_array(masked) }} as masked,
                    {{ coterie.make_array(squares) }} as squares,
                    {{ '(' ~ missing | join(' or ') ~ ') and ' if missing else '' -}}
                    {{ coterie.dot_product('rows_to_fill.known', 'rows_to_fill.known') }} > 0 as is_needy
                from {{ rows }} as rows_to_fill
            ) as filled_rows
            {%- if regressed %}
            left join (
                select
                    model_version,
                    {{ coterie.ordered_array(coterie.make_struct({
                        'weights': 'weights', 'bias': 'bias', 'lowest': 'lowest', 'highest': 'highest'
                    }), 'number') }} as regressions
                from {{ imputations }} as imputations
                where method = 'model'
                group by model_version
            ) as regressions
                on filled_rows.model_version = regressions.model_version
            {%- endif %}
            {%- if given %}
            left join (
                select
                    model_version,
                    {%- for feature in given %}
                    {{ coterie.ordered_array(coterie.element_at('known', feature.position), 'number') }}
                        as known_{{ feature.position }},
                    {{ coterie.ordered_array(coterie.element_at('weights', feature.position), 'number') }}
                        as given_{{ feature.position }},
                    {%- endfor %}
                    {{ coterie.ordered_array(coterie.make_struct({
                        'donor': 'number',
                        'coordinates': 'weights',
                        'squares': coterie.transform_array('weights', 'element * element'),
                        'known': 'known'
                    }), 'number') }} as donors
                from {{ imputations }} as imputations
                where method = 'knn'
                group by model_version
            ) as donors
                on filled_rows.model_version = donors.model_version
            {%- endif %}
        ) as neighboured
    )
{%- endmacro %}
