{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

bins as (

    select training_bins.*
    from {{ ref('coterie', 'segment_training_bins') }} as training_bins
    inner join plan
        on
            training_bins.model_version = plan.model_version
            and plan.is_due

),

features as (
    {% for feature in coterie.segmentation_features() %}
    select
        {{ feature.position }} as position,
        '{{ feature.name }}' as feature
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Everybody the sample was drawn from; read only when training is due.
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
        features.feature,
        {{ coterie.element_at('population.feature_values', 'features.position') }} as value
    from population
    cross join features

),

population_counts as (

    select
        bins.feature,
        bins.bin,
        count(*) as customers
    from population_values
    inner join bins
        on
            population_values.feature = bins.feature
            and {{ coterie.falls_into('population_values.value', 'bins') }}
    group by bins.feature, bins.bin

),

side_by_side as (

    select
        bins.model_version,
        bins.feature,
        bins.bin,
        bins.customers,
        coalesce(population_counts.customers, 0) as population
    from bins
    left join population_counts
        on
            bins.feature = population_counts.feature
            and bins.bin = population_counts.bin

),

cumulated as (

    select
        *,
        sum(customers) over (partition by model_version, feature) as all_customers,
        sum(population) over (partition by model_version, feature) as all_population,
        sum(customers) over (
            partition by model_version, feature order by bin rows between unbounded preceding and current row
        ) as customers_up_to,
        sum(population) over (
            partition by model_version, feature order by bin rows between unbounded preceding and current row
        ) as population_up_to
    from side_by_side

),

terms as (

    select
        *,
        cast(all_customers as double) * population / all_population as expected,
        abs(
            cast(customers_up_to as double) / all_customers - cast(population_up_to as double) / all_population
        ) as distance
    from cumulated

),

statistics as (

    select
        model_version,
        feature,
        count(case when population > 0 then 1 end) as bins,
        max(all_customers) as customers,
        max(all_population) as population,
        cast(sum(
            case
                when expected > 0
                    then {{ coterie.to_decimal(
                        '((customers - expected) * (customers - expected) / expected)', 28, 9
                    ) }}
            end
        ) as double) as squares,
        max(distance) as ks
    from terms
    group by model_version, feature

),

features_checked as (

    select
        model_version,
        count(*) as features
    from statistics
    group by model_version

),

-- A sample without replacement varies less the more of the population it holds; one that holds all of it not at all.
corrected as (

    select
        statistics.*,
        1 - cast(statistics.customers as double) / statistics.population as left_out,
        {{ var('drift_alpha') }} / cast(features_checked.features as double) as tail
    from statistics
    inner join features_checked
        on statistics.model_version = features_checked.model_version

),

checks as (

    select
        model_version,
        feature,
        bins,
        customers,
        population,
        case when left_out > 0 then squares / left_out else 0 end as chi_square,
        {{ coterie.chi_square_quantile('(bins - 1)', 'tail') }} as chi_square_limit,
        ks,
        sqrt(-ln(tail / 2) / 2 * left_out / customers) as ks_limit
    from corrected

),

judged as (

    select
        *,
        chi_square <= chi_square_limit and (ks <= ks_limit or population = customers) as is_representative
    from checks

)

select * from judged
