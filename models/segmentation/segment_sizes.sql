with

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}
    where segment_id is not null

),

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

segment_tree as (

    select * from {{ ref('coterie', 'segment_tree') }}
    where segment_id is not null

),

-- A model of a tree of segments, or the rules, which have levels of their own.
parents as (

    select
        segment_tree.segment_id,
        segment_tree.macro_segment_id
    from segment_tree
    inner join accepted_model
        on segment_tree.model_version = accepted_model.model_version
    {% for rule in coterie.segment_rules() %}
    union all

    select
        '{{ rule.segment_id }}' as segment_id,
        '{{ rule.macro_segment_id }}' as macro_segment_id
    from accepted_model
    where algorithm = 'rules'
    {% endfor %}
),

segments as (

    select
        assignments.segment_id,
        parents.macro_segment_id,
        count(*) as size,
        sum({{ coterie.to_decimal('customer_features.revenue_365d', 38, 9) }}) as revenue
    from assignments
    inner join customer_features
        on assignments.customer_id = customer_features.customer_id
    left join parents
        on assignments.segment_id = parents.segment_id
    group by assignments.segment_id, parents.macro_segment_id

),

micro_segments as (

    select
        assignments.micro_segment_id as segment_id,
        assignments.segment_id as parent_segment_id,
        count(*) as size,
        sum({{ coterie.to_decimal('customer_features.revenue_365d', 38, 9) }}) as revenue
    from assignments
    inner join customer_features
        on assignments.customer_id = customer_features.customer_id
    where assignments.micro_segment_id is not null
    group by assignments.micro_segment_id, assignments.segment_id

),

levels as (

    select
        segment_id,
        'segment' as level,
        macro_segment_id as parent_segment_id,
        cast(null as {{ dbt.type_string() }}) as members,
        size,
        revenue
    from segments

    union all

    select
        segment_id,
        'micro' as level,
        parent_segment_id,
        cast(null as {{ dbt.type_string() }}) as members,
        size,
        revenue
    from micro_segments

    union all

    select
        macro_segment_id as segment_id,
        'macro' as level,
        cast(null as {{ dbt.type_string() }}) as parent_segment_id,
        {{ coterie.ordered_text('segment_id', 'segment_id', ', ') }} as members,
        sum(size) as size,
        sum(revenue) as revenue
    from segments
    where macro_segment_id is not null
    group by macro_segment_id

),

totals as (

    select
        sum(size) as size,
        sum(revenue) as revenue
    from segments

),

segment_sizes as (

    select
        levels.segment_id,
        levels.level,
        levels.parent_segment_id,
        levels.members,
        cast(levels.size as bigint) as size,
        cast(levels.size as double) / totals.size as share,
        cast(levels.revenue as double) / nullif(cast(totals.revenue as double), 0) as revenue_share,
        accepted_model.model_version,
        accepted_model.algorithm
    from levels
    cross join accepted_model
    cross join totals

)

select * from segment_sizes
