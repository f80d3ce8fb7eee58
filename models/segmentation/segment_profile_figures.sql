{%- set features = coterie.profiled_features() -%}
{%- set pooled = coterie.pooled_features() -%}
{%- set of_some_days = ['orders_weekend', 'orders_month_end'] -%}
{%- set measures = pooled.values() | sum(start=[]) | unique | reject('in', of_some_days) | list %}
with

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}
    where segment_id is not null

),

segment_sizes as (

    select * from {{ ref('coterie', 'segment_sizes') }}

),

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

-- A customer counts in the segment and in its micro-segment.
members as (

    select
        customer_id,
        model_version,
        segment_id
    from assignments

    union all

    select
        customer_id,
        model_version,
        micro_segment_id as segment_id
    from assignments
    where micro_segment_id is not null

),

segment_sums as (

    select
        members.model_version,
        members.segment_id,
        {{ coterie.profile_sums('customer_features') }} as sums
    from members
    inner join customer_features
        on members.customer_id = customer_features.customer_id
    group by members.model_version, members.segment_id

),

-- Not of each customer but of all of a segment: their orders, items, spend and events of 365 days. Who buys much counts
-- for much, as in a sentence that speaks of a segment's orders.
days as (
    {{ coterie.customer_days_as_of(
        measures,
        window_days=365,
        condition='customer_as_of_dates.is_current
        and (customer_days.orders_placed > 0 or customer_days.orders_voided > 0 or customer_days.events > 0)'
    ) }}
),

calendar_days as (

    select
        *,
        {{ coterie.is_weekend('activity_date') }} as is_weekend,
        {{ coterie.is_month_end('activity_date') }} as is_month_end -- noqa: LT05
    from days

),

day_sums as (

    select
        members.segment_id,
        {%- for measure in measures %}
        sum(calendar_days.{{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(case when calendar_days.is_weekend then calendar_days.orders else 0 end) as orders_weekend,
        sum(case when calendar_days.is_month_end then calendar_days.orders else 0 end) as orders_month_end
    from members
    inner join calendar_days
        on members.customer_id = calendar_days.customer_id
    group by members.segment_id

),

features as (
    {% for feature in features %}
    select
        {{ loop.index }} as position,
        '{{ feature.name }}' as feature
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

feature_sums as (

    select
        segment_sums.model_version,
        segment_sums.segment_id,
        features.position,
        features.feature,
        {{ coterie.element_at('segment_sums.sums', 'features.position') }} as figures
    from segment_sums
    cross join features

),

segment_totals as (

    select
        feature_sums.model_version,
        feature_sums.segment_id,
        feature_sums.position,
        feature_sums.feature,
        {{ coterie.struct_field('feature_sums.figures', 'known') }} as known,
        {{ coterie.struct_field('feature_sums.figures', 'total') }} as total,
        {{ coterie.struct_field('feature_sums.figures', 'median_value') }} as median_value,
        {{ coterie.struct_field('feature_sums.figures', 'transformed_total') }} as transformed_total,
        {{ coterie.struct_field('feature_sums.figures', 'transformed_squares') }} as transformed_squares,
        case feature_sums.feature
            {%- for feature, sums in pooled.items() %}
            when '{{ feature }}' then cast(day_sums.{{ sums[0] }} as decimal(38, 4))
            {%- endfor %}
        end as pooled_part,
        case feature_sums.feature
            {%- for feature, sums in pooled.items() %}
            when '{{ feature }}' then cast(day_sums.{{ sums[1] }} as decimal(38, 4))
            {%- endfor %}
        end as pooled_whole
    from feature_sums
    left join day_sums
        on feature_sums.segment_id = day_sums.segment_id

),

-- A macro-segment is the sum of its segments, but for the median, which no sum gives.
all_totals as (

    select * from segment_totals

    union all

    select
        segment_totals.model_version,
        segment_sizes.parent_segment_id as segment_id,
        segment_totals.position,
        segment_totals.feature,
        sum(segment_totals.known) as known,
        sum(segment_totals.total) as total,
        cast(null as double) as median_value,
        sum(segment_totals.transformed_total) as transformed_total,
        sum(segment_totals.transformed_squares) as transformed_squares,
        sum(segment_totals.pooled_part) as pooled_part,
        sum(segment_totals.pooled_whole) as pooled_whole
    from segment_totals
    inner join segment_sizes
        on segment_totals.segment_id = segment_sizes.segment_id
    where
        segment_sizes.level = 'segment'
        and segment_sizes.parent_segment_id is not null
    group by
        segment_totals.model_version,
        segment_sizes.parent_segment_id,
        segment_totals.position,
        segment_totals.feature

),

-- The whole as the sum of its segments.
population_totals as (

    select
        segment_totals.position,
        sum(segment_totals.known) as population_known,
        sum(segment_totals.total) as population_total,
        sum(segment_totals.transformed_total) as population_transformed_total,
        sum(segment_totals.transformed_squares) as population_transformed_squares,
        sum(segment_totals.pooled_part) as population_pooled_part,
        sum(segment_totals.pooled_whole) as population_pooled_whole
    from segment_totals
    inner join segment_sizes
        on segment_totals.segment_id = segment_sizes.segment_id
    where segment_sizes.level = 'segment'
    group by segment_totals.position

),

populations as (

    select
        all_totals.*,
        population_totals.population_known,
        population_totals.population_total,
        population_totals.population_transformed_total,
        population_totals.population_transformed_squares,
        population_totals.population_pooled_part,
        population_totals.population_pooled_whole
    from all_totals
    inner join population_totals
        on all_totals.position = population_totals.position

),

means as (

    select
        model_version,
        segment_id,
        position,
        feature,
        known as known_customers,
        cast(total as double) / nullif(known, 0) as mean_value,
        median_value,
        cast(population_total as double) / nullif(population_known, 0) as population_mean,
        cast(transformed_total as double) / nullif(known, 0) as transformed_mean,
        cast(population_transformed_total as double) / nullif(population_known, 0) as transformed_population_mean,
        cast(population_transformed_squares as double) / nullif(population_known, 0) as transformed_population_square,
        {{ coterie.divide('pooled_part', 'pooled_whole') }} as pooled,
        {{ coterie.divide('population_pooled_part', 'population_pooled_whole') }} as population_pooled
    from populations

),

deviations as (

    select
        *,
        sqrt(greatest(
            transformed_population_square - transformed_population_mean * transformed_population_mean, 0
        )) as transformed_deviation
    from means

),

figures as (

    select
        model_version,
        segment_id,
        position,
        feature,
        known_customers,
        mean_value as mean,
        median_value as median,
        population_mean,
        100 * mean_value / nullif(population_mean, 0) as index_100,
        -- A deviation below a millionth is what rounding leaves of a constant.
        case
            when transformed_deviation > 0.000001
                then (transformed_mean - transformed_population_mean) / transformed_deviation
        end as z,
        pooled,
        population_pooled
    from deviations

),

-- A micro-segment is told from its segment, which it has most in common with.
profile_figures as (

    select
        figures.*,
        case
            when segment_sizes.level = 'micro' then 100 * figures.mean / nullif(parents.mean, 0)
            else figures.index_100
        end as trait_index_100,
        case when segment_sizes.level = 'micro' then figures.z - parents.z else figures.z end as trait_z
    from figures
    inner join segment_sizes
        on figures.segment_id = segment_sizes.segment_id
    left join figures as parents
        on
            segment_sizes.parent_segment_id = parents.segment_id
            and figures.feature = parents.feature

)

select * from profile_figures
