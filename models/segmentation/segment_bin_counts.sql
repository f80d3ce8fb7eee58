{#- Stands before segment_training_plan: what is compared is the model of the last publication, whatever this build
    trains. -#}
with

last_publication as (

    select
        publications.publication_id,
        publications.model_version
    from {{ coterie.published_models() }} as publications
    where publications.publication_id = {{ coterie.last_publication_id() }}

),

bins as (

    select training_bins.*
    from {{ coterie.previous('segment_training_bins', {
        'model_version': dbt.type_string(),
        'feature': dbt.type_string(),
        'bin': 'bigint',
        'lower_edge': 'double',
        'upper_edge': 'double',
        'customers': 'bigint'
    }) }} as training_bins
    inner join last_publication
        on training_bins.model_version = last_publication.model_version

),

last_counts as (

    select earlier_bins.*
    from {{ coterie.previous('feature_bins_store', {
        'publication_id': 'bigint',
        'model_version': dbt.type_string(),
        'feature': dbt.type_string(),
        'bin': 'bigint',
        'customers': 'bigint'
    }) }} as earlier_bins
    inner join last_publication
        on
            earlier_bins.publication_id = last_publication.publication_id
            and earlier_bins.model_version = last_publication.model_version

),

features as (
    {% for feature in coterie.segmentation_features() %}
    select
        {{ feature.position }} as position,
        '{{ feature.name }}' as feature,
        {{ 'true' if feature.is_clock_driven else 'false' }} as is_clock_driven
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

sample as (

    select {{ coterie.segmentation_values('sample') }} as feature_values
    from {{ coterie.segmentation_sample() }} as sample

),

sample_values as (

    select
        features.feature,
        {{ coterie.element_at('sample.feature_values', 'features.position') }} as value
    from sample
    cross join features

),

current_counts as (

    select
        bins.feature,
        bins.bin,
        count(*) as customers
    from sample_values
    inner join bins
        on
            sample_values.feature = bins.feature
            and {{ coterie.falls_into('sample_values.value', 'bins') }}
    group by bins.feature, bins.bin

),

bin_counts as (

    select
        bins.model_version,
        bins.feature,
        features.is_clock_driven,
        bins.bin,
        bins.lower_edge,
        bins.upper_edge,
        bins.customers as training_customers,
        last_counts.customers as last_customers,
        coalesce(current_counts.customers, 0) as current_customers
    from bins
    inner join features
        on bins.feature = features.feature
    left join last_counts
        on
            bins.feature = last_counts.feature
            and bins.bin = last_counts.bin
    left join current_counts
        on
            bins.feature = current_counts.feature
            and bins.bin = current_counts.bin

)

select * from bin_counts
