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
    from bins

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
        chi_square <= chi_square_limit and (ks <= ks_limit or population = customers) as is_representative,
        greatest(
            chi_square / nullif(chi_square_limit, 0),
            case when population > customers then ks / nullif(ks_limit, 0) else 0 end
        ) as excess
    from checks

),

-- Strata are cut along one feature: with two, bins of a few customers would decide who stays.
ranked as (

    select
        *,
        row_number() over (partition by model_version order by excess desc, feature asc) as excess_rank
    from judged

),

sample_checks as (

    select
        model_version,
        feature,
        bins,
        customers,
        population,
        chi_square,
        chi_square_limit,
        ks,
        ks_limit,
        is_representative,
        not is_representative and excess_rank = 1 as is_stratified
    from ranked

)

select * from sample_checks
