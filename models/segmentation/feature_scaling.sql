{{
    config(
        materialized='incremental',
        full_refresh=false,
        on_schema_change='append_new_columns',
        **coterie.replaced_by('model_version')
    )
}}

{%- set rejects = coterie.segmentation_features() | selectattr('outlier_action', 'equalto', 'reject') | list %}
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
        '{{ feature.outlier_action or "winsorise" }}' as outlier_action,
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
        features.outlier_action,
        features.weight,
        features.zero_value,
        known_moments.mean_value,
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
        end as upper_fence
    from ranges
    inner join features
        on ranges.position = features.position
    inner join known_moments
        on
            ranges.model_version = known_moments.model_version
            and ranges.position = known_moments.position

),

{% if rejects %}
-- What is rejected is as good as missing: it takes no part in the mean and the median that stand in for it.
kept_figures as (

    select
        kept_values.model_version,
        kept_values.position,
        percentile_cont(0.5) within group (order by kept_values.value) as median_value,
        {{ coterie.moments('kept_values.value', 'kept_values.lowest', 'kept_values.highest') }}
    from (
        select
            fences.model_version,
            fences.position,
            fences.lowest,
            fences.highest,
            case
                when fences.outlier_action = 'reject' then {{ coterie.kept_value(
                    'sample_values.value', 'fences.lower_fence', 'fences.upper_fence', 'reject'
                ) }}
                else sample_values.value
            end as value
        from sample_values
        inner join fences
            on
                sample_values.model_version = fences.model_version
                and sample_values.position = fences.position
    ) as kept_values
    group by kept_values.model_version, kept_values.position, kept_values.lowest, kept_values.highest

),
{% endif %}
treatments as (

    select
        fences.*,
        coalesce(
            case fences.impute
                when 'zero' then fences.zero_value
                when 'median' then {{ 'kept_figures' if rejects else 'fences' }}.median_value
                -- Of knn and model, what stands in where nothing else is known.
                else {{ 'kept_figures' if rejects else 'fences' }}.mean_value
            end,
            0
        ) as impute_value
    from fences
    {% if rejects %}
    inner join kept_figures
        on
            fences.model_version = kept_figures.model_version
            and fences.position = kept_figures.position
    {% endif %}

),

settled_values as (

    select
        kept_values.model_version,
        kept_values.position,
        -- What knn and model will put in its place is not known yet: the scale is that of the known values.
        case
            when kept_values.value is not null or kept_values.impute not in ('knn', 'model') then least(
                greatest(coalesce(kept_values.value, kept_values.impute_value), kept_values.lower_fence),
                kept_values.upper_fence
            )
        end as value
    from (
        select
            treatments.model_version,
            treatments.position,
            treatments.impute,
            treatments.impute_value,
            treatments.lower_fence,
            treatments.upper_fence,
            case
                when treatments.outlier_action = 'reject' then {{ coterie.kept_value(
                    'sample_values.value', 'treatments.lower_fence', 'treatments.upper_fence', 'reject'
                ) }}
                else sample_values.value
            end as value
        from sample_values
        inner join treatments
            on
                sample_values.model_version = treatments.model_version
                and sample_values.position = treatments.position
    ) as kept_values

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
        treatments.*,
        settled_moments.mean_value as centre,
        settled_moments.deviation as scale,
        cast(treatments.customers - treatments.known as double) / treatments.customers as missing_share,
        treatments.customers - treatments.known
        > {{ var('feature_missing_share_max') }} * treatments.customers as is_missing,
        coalesce(settled_moments.deviation, 0) = 0 as is_constant
    from treatments
    inner join settled_moments
        on
            treatments.model_version = settled_moments.model_version
            and treatments.position = settled_moments.position

),

scaling as (

    select
        model_version,
        position,
        feature,
        transform,
        impute,
        outliers,
        outlier_action,
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
