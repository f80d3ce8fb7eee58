{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

{%- set missing_limit = (100 * var('feature_missing_share_max')) | round | int %}
with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}

),

features as (
    {#- zero_value: what a zero is after the transformation. #}
    {% for feature in coterie.segmentation_features() %}
    select
        {{ feature.position }} as position,
        '{{ feature.name }}' as feature,
        '{{ feature.transform }}' as transform,
        '{{ feature.impute }}' as impute,
        '{{ feature.outliers }}' as outliers,
        cast({{ feature.weight }} as double) as weight,
        cast({{ coterie.transformed_value('0', feature.transform) }} as double) as zero_value
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sample as (

    select
        plan.model_version,
        {{ coterie.transformed_vector('sample') }} as transformed
    from {{ coterie.segmentation_sample() }} as sample
    inner join plan
        on
            sample.as_of_date = plan.as_of_date
            and plan.is_due

),

sample_values as (

    select
        sample.model_version,
        features.position,
        {{ coterie.element_at('sample.transformed', 'features.position') }} as value
    from sample
    cross join features

),

ranges as (

    select
        model_version,
        position,
        count(*) as customers,
        count(value) as known,
        min(value) as lowest,
        max(value) as highest,
        percentile_cont(0.25) within group (order by value) as quartile_1,
        percentile_cont(0.5) within group (order by value) as median_value,
        percentile_cont(0.75) within group (order by value) as quartile_3
    from sample_values
    group by model_version, position

),

-- Sums of values laid on 0..1 as decimals: exact whatever the unit, hence the same on any number of threads.
known_moments as (

    select
        sample_values.model_version,
        sample_values.position,
        {{ coterie.moments('sample_values.value', 'ranges.lowest', 'ranges.highest') }}
    from sample_values
    inner join ranges
        on
            sample_values.model_version = ranges.model_version
            and sample_values.position = ranges.position
    group by sample_values.model_version, sample_values.position, ranges.lowest, ranges.highest

),

fences as (

    select
        ranges.*,
        features.feature,
        features.transform,
        features.impute,
        features.outliers,
        features.weight,
        -- A feature that most customers share one value of has no quartile distance: it falls back on z-scores.
        case
            when features.outliers = 'iqr' and ranges.quartile_3 > ranges.quartile_1
                then ranges.quartile_1 - {{ var('outlier_iqr_factor') }} * (ranges.quartile_3 - ranges.quartile_1)
            when features.outliers <> 'none'
                then known_moments.mean_value - {{ var('outlier_z_limit') }} * known_moments.deviation
        end as lower_fence,
        case
            when features.outliers = 'iqr' and ranges.quartile_3 > ranges.quartile_1
                then ranges.quartile_3 + {{ var('outlier_iqr_factor') }} * (ranges.quartile_3 - ranges.quartile_1)
            when features.outliers <> 'none'
                then known_moments.mean_value + {{ var('outlier_z_limit') }} * known_moments.deviation
        end as upper_fence,
        coalesce(
            case features.impute
                when 'zero' then features.zero_value
                when 'mean' then known_moments.mean_value
                when 'median' then ranges.median_value
            end,
            0
        ) as impute_value
    from ranges
    inner join features
        on ranges.position = features.position
    inner join known_moments
        on
            ranges.model_version = known_moments.model_version
            and ranges.position = known_moments.position

),

settled_values as (

    select
        fences.model_version,
        fences.position,
        least(
            greatest(coalesce(sample_values.value, fences.impute_value), fences.lower_fence),
            fences.upper_fence
        ) as value
    from sample_values
    inner join fences
        on
            sample_values.model_version = fences.model_version
            and sample_values.position = fences.position

),

settled_ranges as (

    select
        model_version,
        position,
        min(value) as lowest,
        max(value) as highest
    from settled_values
    group by model_version, position

),

settled_moments as (

    select
        settled_values.model_version,
        settled_values.position,
        {{ coterie.moments('settled_values.value', 'settled_ranges.lowest', 'settled_ranges.highest') }}
    from settled_values
    inner join settled_ranges
        on
            settled_values.model_version = settled_ranges.model_version
            and settled_values.position = settled_ranges.position
    group by
        settled_values.model_version,
        settled_values.position,
        settled_ranges.lowest,
        settled_ranges.highest

),

judged as (

    select
        fences.*,
        settled_moments.mean_value as centre,
        settled_moments.deviation as scale,
        cast(fences.customers - fences.known as double) / fences.customers as missing_share,
        fences.customers - fences.known > {{ var('feature_missing_share_max') }} * fences.customers as is_missing,
        coalesce(settled_moments.deviation, 0) = 0 as is_constant
    from fences
    inner join settled_moments
        on
            fences.model_version = settled_moments.model_version
            and fences.position = settled_moments.position

),

scaling as (

    select
        model_version,
        position,
        feature,
        transform,
        impute,
        outliers,
        customers as sample_size,
        missing_share,
        impute_value,
        lower_fence,
        upper_fence,
        coalesce(centre, 0) as centre,
        scale,
        weight,
        case when is_missing or is_constant then 0 else weight / scale end as factor,
        not is_missing and not is_constant as is_used,
        case
            when is_missing then 'Left out: missing for more than {{ missing_limit }} % of the customers.'
            when is_constant then 'Left out: the same for every customer.'
            else 'Used.'
        end as note
    from judged

)

select * from scaling
