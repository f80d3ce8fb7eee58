with

bin_counts as (

    select * from {{ ref('coterie', 'segment_bin_counts') }}

),

totals as (

    select
        model_version,
        feature,
        is_clock_driven,
        -- The bin of the missing values counts only where a value is missing.
        count(case when bin > 0 or training_customers + coalesce(last_customers, 0) + current_customers > 0 then 1 end)
            as bins,
        count(case when bin > 0 and training_customers > 0 then 1 end) as training_bins_filled,
        count(case when bin > 0 and current_customers > 0 then 1 end) as current_bins_filled,
        sum(case when bin = 0 then current_customers else 0 end) as current_missing,
        sum(training_customers) as training_customers,
        sum(last_customers) as last_customers,
        sum(current_customers) as current_customers
    from bin_counts
    group by model_version, feature, is_clock_driven

),

indexes as (

    select
        bin_counts.feature,
        cast(sum({{ coterie.stability_term(
            'bin_counts.current_customers', 'totals.current_customers',
            'bin_counts.training_customers', 'totals.training_customers', 'totals.bins'
        ) }}) as double) as training_psi,
        cast(sum({{ coterie.stability_term(
            'bin_counts.current_customers', 'totals.current_customers',
            'bin_counts.last_customers', 'totals.last_customers', 'totals.bins'
        ) }}) as double) as last_psi
    from bin_counts
    inner join totals
        on bin_counts.feature = totals.feature
    where
        bin_counts.bin > 0
        or bin_counts.training_customers + coalesce(bin_counts.last_customers, 0) + bin_counts.current_customers > 0
    group by bin_counts.feature

),

-- Customers up to each bin, the missing values lowest: what a Kolmogorov-Smirnov test compares, at the edges only.
cumulated as (

    select
        feature,
        bin,
        sum(training_customers) over (
            partition by feature order by bin rows between unbounded preceding and current row
        ) as training_customers_up_to,
        sum(current_customers) over (
            partition by feature order by bin rows between unbounded preceding and current row
        ) as current_customers_up_to
    from bin_counts

),

distances as (

    select
        cumulated.feature,
        max(abs(
            cast(cumulated.current_customers_up_to as double) / nullif(totals.current_customers, 0)
            - cast(cumulated.training_customers_up_to as double) / nullif(totals.training_customers, 0)
        )) as training_ks
    from cumulated
    inner join totals
        on cumulated.feature = totals.feature
    group by cumulated.feature

),

-- Pearson's test of two samples: sum (a n2 / n1 - b)^2 / (a + b) * n1 / n2.
square_terms as (

    select
        bin_counts.feature,
        {{ coterie.to_decimal(
            'power(bin_counts.current_customers * sqrt(cast(totals.training_customers as double) '
            ~ '/ totals.current_customers) - bin_counts.training_customers * sqrt(cast(totals.current_customers as double) '
            ~ '/ totals.training_customers), 2) '
            ~ '/ (bin_counts.current_customers + bin_counts.training_customers)',
            28, 9
        ) }} as square_term
    from bin_counts
    inner join totals
        on bin_counts.feature = totals.feature
    where
        bin_counts.current_customers + bin_counts.training_customers > 0
        and totals.current_customers > 0
        and totals.training_customers > 0

),

squares as (

    select
        feature,
        cast(sum(square_term) as double) as training_chi_square,
        count(*) as filled_bins
    from square_terms
    group by feature

),

-- The false alarms of all features together are what drift_alpha bounds (Bonferroni).
judged_features as (

    select
        {{ var('drift_alpha') }}
        / cast(greatest(count(case when not is_clock_driven then 1 end), 1) as double) as tail
    from totals

),

limits as (

    select
        totals.*,
        indexes.training_psi,
        indexes.last_psi,
        squares.training_chi_square,
        {{ coterie.chi_square_quantile('(squares.filled_bins - 1)', 'judged_features.tail') }}
            as training_chi_square_limit,
        distances.training_ks,
        {{ coterie.ks_limit('totals.current_customers', 'totals.training_customers', 'judged_features.tail') }}
            as training_ks_limit,
        least(totals.training_customers, totals.current_customers) < {{ var('drift_customers_min') }}
            as is_training_too_small,
        least(totals.last_customers, totals.current_customers) < {{ var('drift_customers_min') }}
            as is_last_too_small,
        {{ coterie.stability_limit(
            'totals.current_customers', 'totals.training_customers', 'totals.bins',
            'judged_features.tail'
        ) }} as training_limit,
        {{ coterie.stability_limit(
            'totals.current_customers', 'totals.last_customers', 'totals.bins',
            'judged_features.tail'
        ) }} as last_limit
    from totals
    inner join indexes
        on totals.feature = indexes.feature
    inner join distances
        on totals.feature = distances.feature
    left join squares
        on totals.feature = squares.feature
    cross join judged_features

),

judged as (

    select
        model_version,
        feature,
        is_clock_driven,
        bins,
        training_customers,
        last_customers,
        current_customers,
        training_psi,
        case when last_customers is not null then last_psi end as last_psi,
        training_limit,
        training_chi_square,
        training_chi_square_limit,
        training_ks,
        training_ks_limit,
        coalesce(training_chi_square > training_chi_square_limit, false) as is_beyond_chi_square_limit,
        coalesce(training_ks > training_ks_limit, false) as is_beyond_ks_limit,
        case when last_customers is not null then last_limit end as last_limit,
        case
            when is_training_too_small or is_clock_driven then false
            else training_psi > training_limit
        end as has_drifted_since_training,
        case
            when last_customers is null or is_last_too_small or is_clock_driven then false
            else last_psi > last_limit
        end as has_drifted_since_last,
        is_training_too_small or coalesce(is_last_too_small, false) as is_too_small_to_tell,
        not is_training_too_small
        and training_psi > training_limit
        and (
            (training_bins_filled > 1 and current_bins_filled <= 1)
            or current_missing > {{ var('feature_missing_share_max') }} * current_customers
        ) as has_collapsed
    from limits

),

drift as (

    select
        *,
        case
            when has_collapsed then 'Collapsed: missing or the same for nearly every customer.'
            when is_clock_driven then 'Not judged: it moves with the calendar.'
            when is_too_small_to_tell then 'Not judged: too few customers to tell.'
            when has_drifted_since_last and has_drifted_since_training
                then 'Drifted since the last publication and since training.'
            when has_drifted_since_last then 'Drifted since the last publication.'
            when has_drifted_since_training then 'Drifted since training.'
            else 'As before.'
        end as note
    from judged

)

select * from drift
