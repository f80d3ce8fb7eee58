with

segment_rule_bounds as (

    select * from {{ ref('coterie', 'segment_rule_bounds') }}

),

feature_scaling as (

    select * from {{ ref('coterie', 'feature_scaling') }}

),

segment_tree as (

    select * from {{ ref('coterie', 'segment_tree') }}
    where segment_id is not null

),

feature_labels as (
    {% for feature in coterie.feature_columns() %}
    select
        '{{ feature.name }}' as feature,
        {{ coterie.text_literal(feature.label) }} as label,
        {{ coterie.text_literal(feature.unit) }} as unit
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- From the prepared scale back to the transformed one; and whether what stands in for a missing value is within.
transformed_bounds as (

    select
        segment_rule_bounds.model_version,
        segment_rule_bounds.leaf,
        segment_rule_bounds.segment_id,
        segment_rule_bounds.position,
        feature_scaling.feature,
        feature_scaling.transform,
        coalesce(feature_labels.label, feature_scaling.feature) as label,
        coalesce(feature_labels.unit, '') as unit,
        segment_rule_bounds.above / feature_scaling.factor + feature_scaling.centre as above,
        segment_rule_bounds.at_most / feature_scaling.factor + feature_scaling.centre as at_most,
        least(
            greatest(feature_scaling.impute_value, feature_scaling.lower_fence), feature_scaling.upper_fence
        ) as stand_in
    from segment_rule_bounds
    inner join feature_scaling
        on
            segment_rule_bounds.model_version = feature_scaling.model_version
            and segment_rule_bounds.position = feature_scaling.position
    left join feature_labels
        on feature_scaling.feature = feature_labels.feature

),

bounds as (

    select
        model_version,
        leaf,
        segment_id,
        position,
        feature,
        label,
        unit,
        {{ coterie.untransformed_value('above', 'transform') }} as above,
        {{ coterie.untransformed_value('at_most', 'transform') }} as at_most,
        coalesce(stand_in > above, true) and coalesce(stand_in <= at_most, true) as holds_if_missing
    from transformed_bounds

),

conditions as (

    select
        model_version,
        leaf,
        segment_id,
        position,
        holds_if_missing,
        label
        || case
            when above is not null and at_most is not null
                then
                    ' above ' || {{ coterie.value_text('above', 'unit') }}
                    || ' and at most ' || {{ coterie.value_text('at_most', 'unit') }}
            when above is not null then ' above ' || {{ coterie.value_text('above', 'unit') }}
            else ' at most ' || {{ coterie.value_text('at_most', 'unit') }}
        end
        || case when holds_if_missing then ' or unknown' else '' end as words,
        case
            when above is not null and at_most is not null
                then
                    feature || ' > ' || {{ coterie.number_literal('above') }}
                    || ' and ' || feature || ' <= ' || {{ coterie.number_literal('at_most') }}
            when above is not null then feature || ' > ' || {{ coterie.number_literal('above') }}
            else feature || ' <= ' || {{ coterie.number_literal('at_most') }}
        end as comparison,
        feature || ' is null' as is_missing
    from bounds

),

leaves as (

    select
        segment_rule_bounds.model_version,
        segment_rule_bounds.leaf,
        segment_rule_bounds.segment_id,
        max(segment_rule_bounds.customers) as customers,
        max(segment_rule_bounds.customers_right) as customers_right,
        coalesce({{ coterie.ordered_text('conditions.words', 'conditions.position', ', ') }}, 'everyone') as words,
        coalesce(
            {{ coterie.ordered_text(
                "case when conditions.holds_if_missing then '(' || conditions.comparison || ' or ' || conditions.is_missing"
                ~ " || ')' else conditions.comparison end",
                'conditions.position', ' and '
            ) }},
            '1 = 1'
        ) as leaf_sql
    from segment_rule_bounds
    left join conditions
        on
            segment_rule_bounds.model_version = conditions.model_version
            and segment_rule_bounds.leaf = conditions.leaf
            and segment_rule_bounds.position = conditions.position
    group by
        segment_rule_bounds.model_version,
        segment_rule_bounds.leaf,
        segment_rule_bounds.segment_id

),

fidelities as (

    select
        model_version,
        cast(sum(customers_right) as double) / nullif(sum(customers), 0) as rule_fidelity
    from leaves
    group by model_version

),

rules as (

    select
        model_version,
        segment_id,
        {{ coterie.ordered_text('words', 'leaf', '; or ') }} as rule,
        {{ coterie.ordered_text("'(' || leaf_sql || ')'", 'leaf', ' or ') }} as rule_sql,
        sum(customers) as customers,
        sum(customers_right) as customers_right
    from leaves
    group by model_version, segment_id

),

rule_texts as (

    select
        rules.model_version,
        rules.segment_id,
        rules.rule,
        rules.rule_sql,
        cast(rules.customers_right as double) / nullif(rules.customers, 0) as rule_precision,
        cast(rules.customers_right as double) / nullif(segment_tree.size, 0) as rule_recall,
        fidelities.rule_fidelity
    from rules
    inner join fidelities
        on rules.model_version = fidelities.model_version
    left join segment_tree
        on
            rules.model_version = segment_tree.model_version
            and rules.segment_id = segment_tree.segment_id

)

select * from rule_texts
