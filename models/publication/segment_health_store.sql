{{ config(**coterie.replaced_by('publication_id')) }}

-- How a publication compares with the one before: read by the checks, shown by the mart.
{%- set least_customers = var('drift_customers_min') %}
with accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

-- A challenger that was trained on drifted features and rejected has answered what drifted since training: the accepted
-- model goes on scoring, and the next challenger waits.
rejections as (

    select max(segment_models.as_of_date) as rejected_on
    from {{ ref('coterie', 'segment_models') }} as segment_models
    cross join accepted_model
    where
        segment_models.status = 'rejected'
        and segment_models.decision_number > accepted_model.decision_number

),

assignments as (

    select * from {{ ref('coterie', 'segment_assignments') }}

),

segment_feature_drift as (

    select * from {{ ref('coterie', 'segment_feature_drift') }}

),

segment_share_changes as (

    select * from {{ ref('coterie', 'segment_share_changes') }}

),

segment_stayers as (

    select * from {{ ref('coterie', 'segment_stayers') }}

),

segment_trials as (

    select * from {{ ref('coterie', 'segment_trials') }}
    where is_chosen

),

input_freshness as (

    select input_freshness_store.*
    from {{ ref('coterie', 'input_freshness_store') }} as input_freshness_store
    inner join {{ ref('coterie', 'candidate') }} as candidate
        on input_freshness_store.publication_id = candidate.publication_id

),

sources as (

    select
        source_table || case when source_system <> '' then ' of ' || source_system else '' end as source_name,
        last_row_on,
        days_silent,
        has_stopped
    from input_freshness

),

stopped_sources as (

    select
        max(last_row_on) as newest_row_on,
        min(days_silent) as days_without_rows,
        {{ coterie.ordered_text('case when has_stopped then source_name end', 'source_name', ', ') }}
            as stopped_sources,
        {{ coterie.ordered_text(
            "case when has_stopped then source_name || ' (' || cast(days_silent as " ~ dbt.type_string() ~ ") || ' days)' end",
            'source_name', ', '
        ) }} as stopped_sources_words
    from sources

),

as_of_dates as (

    select * from {{ ref('coterie', 'as_of_dates') }}
    where is_current

),

segment_counts as (

    select
        segment_id,
        count(*) as customers
    from assignments
    where segment_id is not null
    group by segment_id

),

customer_counts as (

    select
        (select count(*) from assignments) as customers,
        (select coalesce(sum(segment_counts.customers), 0) from segment_counts) as segmented_customers

),

shares as (

    select
        min(cast(segment_counts.customers as double) / customer_counts.segmented_customers) as smallest_share,
        max(cast(segment_counts.customers as double) / customer_counts.segmented_customers) as largest_share,
        {{ coterie.ordered_text(
            "segment_counts.segment_id || ' '
            || " ~ coterie.decimal_text(coterie.to_decimal(
                '100 * cast(segment_counts.customers as double) / customer_counts.segmented_customers', 5, 1
            )) ~ " || ' %'",
            'segment_counts.segment_id', ', '
        ) }} as shares
    from segment_counts
    cross join customer_counts

),

-- What a model trained in this build replaces was compared with its own training: that no longer counts.
feature_drift as (

    select
        count(*) as features,
        count(case when segment_feature_drift.is_too_small_to_tell then 1 end) as features_too_small,
        count(case when segment_feature_drift.has_drifted_since_last then 1 end) as features_since_last,
        count(
            case
                when
                    segment_feature_drift.has_drifted_since_training
                    and segment_feature_drift.model_version = accepted_model.model_version
                    then 1
            end
        ) as features_since_training,
        count(case when segment_feature_drift.has_collapsed then 1 end) as collapsed_features,
        {{ coterie.ordered_text(
            "case
                when segment_feature_drift.has_drifted_since_last
                    or (
                        segment_feature_drift.has_drifted_since_training
                        and segment_feature_drift.model_version = accepted_model.model_version
                    )
                    then segment_feature_drift.feature
            end",
            'segment_feature_drift.feature', ', '
        ) }} as drifted_features,
        {{ coterie.ordered_text(
            'case when segment_feature_drift.has_collapsed then segment_feature_drift.feature end',
            'segment_feature_drift.feature', ', '
        ) }} as collapsed_feature_names
    from segment_feature_drift
    cross join accepted_model

),

share_changes as (

    select
        cast(sum(psi_term) as double) as share_psi,
        max(segments) as segments,
        max(all_customers) as customers,
        max(all_last_customers) as last_customers,
        count(case when has_jumped then 1 end) as share_jumps,
        {{ coterie.ordered_text('case when has_jumped then segment_id end', 'segment_id', ', ') }} as jumped_segments
    from segment_share_changes

),

share_limits as (

    select
        share_changes.*,
        least(share_changes.customers, share_changes.last_customers) >= {{ least_customers }} as can_tell,
        {{ coterie.stability_limit(
            'share_changes.customers', 'share_changes.last_customers', 'share_changes.segments', var('drift_alpha')
        ) }} as share_psi_limit
    from share_changes

),

figures as (

    select
        as_of_dates.as_of_date,
        segment_stayers.last_as_of_date,
        accepted_model.model_version,
        customer_counts.customers,
        1 - cast(customer_counts.segmented_customers as double) / nullif(customer_counts.customers, 0)
            as unassigned_share,
        segment_trials.silhouette,
        shares.shares,
        shares.smallest_share,
        shares.largest_share,
        case when share_limits.can_tell then share_limits.share_psi end as share_psi,
        case when share_limits.can_tell then share_limits.share_psi_limit end as share_psi_limit,
        share_limits.share_jumps,
        share_limits.jumped_segments,
        segment_stayers.compared_customers,
        case
            when segment_stayers.compared_customers >= {{ least_customers }} then segment_stayers.stayer_share
        end as stayer_share,
        case
            when segment_stayers.compared_customers >= {{ least_customers }} then segment_stayers.stayer_share_min
        end as stayer_share_min,
        feature_drift.features as features_compared,
        greatest(feature_drift.features_since_last, feature_drift.features_since_training) as features_drifted,
        coalesce(
            feature_drift.features_since_training >= {{ var('drift_features_max') }}
            and {{ dbt.datediff('rejections.rejected_on', 'as_of_dates.as_of_date', 'day') }} -- noqa: LT05
            < {{ var('segment_retry_days') }},
            false
        ) as is_training_drift_answered,
        feature_drift.features_since_last,
        feature_drift.drifted_features,
        feature_drift.collapsed_features,
        feature_drift.collapsed_feature_names,
        feature_drift.features_too_small,
        stopped_sources.stopped_sources,
        stopped_sources.stopped_sources_words,
        stopped_sources.newest_row_on,
        stopped_sources.days_without_rows,
        segment_stayers.last_model_version,
        {{ coterie.is_drift_accepted('as_of_dates.as_of_date') }} as is_drift_accepted
    from as_of_dates
    cross join customer_counts
    cross join shares
    cross join feature_drift
    cross join share_limits
    cross join segment_stayers
    cross join stopped_sources
    cross join rejections
    left join accepted_model
        on true
    left join segment_trials
        on accepted_model.model_version = segment_trials.model_version

),

weighed as (

    select
        *,
        case when is_training_drift_answered then features_since_last else features_drifted end as unanswered_drift
    from figures

),

problems as (

    select
        *,
        case
            when unanswered_drift >= {{ var('drift_features_max') }}
                then 'Features have drifted: ' || drifted_features || '. '
            when features_drifted > 0 then 'To be watched, features have drifted: ' || drifted_features || '. '
            else ''
        end
        || case when is_training_drift_answered then 'A model trained on them was rejected. ' else '' end
        || case
            when collapsed_features > 0 then 'Features have collapsed: ' || collapsed_feature_names || '. ' else ''
        end
        || case when share_psi > share_psi_limit then 'The shares of the segments have drifted. ' else '' end
        || case when share_jumps > 0 then 'Shares have jumped: ' || jumped_segments || '. ' else '' end
        || case
            when stayer_share < stayer_share_min then 'Too few customers have kept their segment. ' else ''
        end as words,
        case
            when stopped_sources is null then ''
            when days_without_rows > {{ var('input_silent_days_max') }}
                then
                    'To be watched, no source has sent anything new since '
                    || cast(newest_row_on as {{ dbt.type_string() }}) || ': ' || stopped_sources_words || '. '
            else 'To be watched, sources have stopped: ' || stopped_sources_words || '. '
        end as sources_words
    from weighed

),

judged as (

    select
        *,
        case
            when last_model_version is null
                then trim('The first publication: nothing to compare with. ' || sources_words)
            when words <> ''
                then trim(words || case when is_drift_accepted then 'Accepted as real. ' else '' end || sources_words)
            when sources_words <> '' then trim(sources_words)
            when features_compared = 0 then 'The features of this model cannot be compared yet.'
            when features_too_small > 0 then 'Too few customers to tell.'
            when last_model_version <> model_version
                then 'Nothing has drifted since the last publication; a new model gives the segments.'
            else 'Nothing has drifted.'
        end as verdict
    from problems

),

stored as (

    select
        judged.as_of_date,
        judged.last_as_of_date,
        judged.model_version,
        judged.customers,
        judged.unassigned_share,
        judged.silhouette,
        judged.shares,
        judged.smallest_share,
        judged.largest_share,
        judged.share_psi,
        judged.share_psi_limit,
        judged.share_jumps,
        judged.jumped_segments,
        judged.compared_customers,
        judged.stayer_share,
        judged.stayer_share_min,
        judged.features_compared,
        judged.features_drifted,
        judged.drifted_features,
        judged.collapsed_features,
        judged.collapsed_feature_names,
        judged.stopped_sources,
        judged.is_drift_accepted,
        judged.verdict,
        judged.unanswered_drift,
        {{ coterie.candidate_columns() }}
    from judged
    {{ coterie.join_candidate() }}

)

select * from stored
