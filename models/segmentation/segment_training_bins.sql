{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

{%- set decile_columns = [] -%}
{%- for tenth in range(1, 10) -%}
    {%- do decile_columns.append(
        'cast(percentile_disc(' ~ tenth / 10 ~ ') within group (order by value) as double) as edge_' ~ tenth
    ) -%}
{%- endfor %}
with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

-- A feature that was left out has no part in the model: its drift would say nothing about it.
features as (

    select
        feature_scaling.model_version,
        feature_scaling.position,
        feature_scaling.feature
    from {{ ref('coterie', 'feature_scaling') }} as feature_scaling
    inner join plan
        on
            feature_scaling.model_version = plan.model_version
            and plan.is_due
    where feature_scaling.is_used

),

sample as (

    select {{ coterie.segmentation_values('sample') }} as feature_values
    from {{ coterie.segmentation_sample() }} as sample
    inner join plan
        on
            sample.as_of_date = plan.as_of_date
            and plan.is_due

),

sample_values as (

    select
        features.model_version,
        features.feature,
        {{ coterie.element_at('sample.feature_values', 'features.position') }} as value
    from sample
    cross join features

),

-- All nine at once, then a row each: nine subqueries would read the sample nine times.
deciles_at_once as (

    select
        model_version,
        feature,
        {{ decile_columns | join(',\n        ') }}
    from sample_values
    where value is not null
    group by model_version, feature

),

tenths as (
    {% for tenth in range(1, 10) %}
    select {{ tenth }} as tenth
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

deciles as (

    select
        deciles_at_once.model_version,
        deciles_at_once.feature,
        case tenths.tenth
            {%- for tenth in range(1, 10) %}
            when {{ tenth }} then deciles_at_once.edge_{{ tenth }}
            {%- endfor %}
        end as edge
    from deciles_at_once
    cross join tenths

),

edges as (

    select
        model_version,
        feature,
        edge,
        count(*) as deciles
    from deciles
    group by model_version, feature, edge

),

-- A value that many share is two deciles at once. It gets a bin of its own: the next lower value ends the bin below it.
values_below as (

    select
        edges.model_version,
        edges.feature,
        max(sample_values.value) as edge
    from edges
    inner join sample_values
        on
            edges.model_version = sample_values.model_version
            and edges.feature = sample_values.feature
            and edges.edge > sample_values.value
    where edges.deciles > 1
    group by edges.model_version, edges.feature, edges.edge

),

all_edges as (

    select
        model_version,
        feature,
        edge
    from edges

    union

    select
        model_version,
        feature,
        edge
    from values_below

),

numbered_edges as (

    select
        model_version,
        feature,
        edge,
        row_number() over (partition by model_version, feature order by edge) as number,
        lag(edge) over (partition by model_version, feature order by edge) as previous_edge
    from all_edges

),

last_edges as (

    select
        model_version,
        feature,
        max(number) as number,
        max(edge) as edge
    from numbered_edges
    group by model_version, feature

),

-- Bin 0 holds the missing values, the last one what lies above the last edge.
bins as (

    select
        model_version,
        feature,
        0 as bin,
        cast(null as double) as lower_edge,
        cast(null as double) as upper_edge
    from features

    union all

    select
        model_version,
        feature,
        cast(number as {{ dbt.type_int() }}) as bin,
        previous_edge as lower_edge,
        edge as upper_edge
    from numbered_edges

    union all

    select
        model_version,
        feature,
        cast(number + 1 as {{ dbt.type_int() }}) as bin,
        edge as lower_edge,
        cast(null as double) as upper_edge
    from last_edges

),

-- Everybody the sample was drawn from.
population as (

    select {{ coterie.segmentation_values('customer_features') }} as feature_values
    from {{ ref('coterie', 'customer_features') }} as customer_features
    inner join plan
        on
            customer_features.as_of_date = plan.as_of_date
            and plan.is_due
    where
        customer_features.is_current
        and {{ coterie.has_enough_data('customer_features') }}

),

population_values as (

    select
        features.model_version,
        features.feature,
        {{ coterie.element_at('population.feature_values', 'features.position') }} as value
    from population
    cross join features

),

counts as (

    select
        bins.model_version,
        bins.feature,
        bins.bin,
        count(*) as customers
    from sample_values
    inner join bins
        on
            sample_values.model_version = bins.model_version
            and sample_values.feature = bins.feature
            and {{ coterie.falls_into('sample_values.value', 'bins') }}
    group by bins.model_version, bins.feature, bins.bin

),

population_counts as (

    select
        bins.model_version,
        bins.feature,
        bins.bin,
        count(*) as population
    from population_values
    inner join bins
        on
            population_values.model_version = bins.model_version
            and population_values.feature = bins.feature
            and {{ coterie.falls_into('population_values.value', 'bins') }}
    group by bins.model_version, bins.feature, bins.bin

),

training_bins as (

    select
        bins.model_version,
        bins.feature,
        bins.bin,
        bins.lower_edge,
        bins.upper_edge,
        coalesce(counts.customers, 0) as customers,
        coalesce(population_counts.population, 0) as population
    from bins
    left join counts
        on
            bins.model_version = counts.model_version
            and bins.feature = counts.feature
            and bins.bin = counts.bin
    left join population_counts
        on
            bins.model_version = population_counts.model_version
            and bins.feature = population_counts.feature
            and bins.bin = population_counts.bin

)

select * from training_bins
