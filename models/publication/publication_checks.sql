{{ config(**coterie.replaced_by('publication_id')) }}

-- Each check is one figure against one limit: it passes when the figure does not exceed the limit.
-- Nothing here stops a build by itself: `publications` takes the candidate only if every check
-- passed, and the test `check_passes` gives each failure its name in dbt's output.

{%- set stores = {
    'customers_store': ['customer_id'],
    'customer_segments_store': ['customer_id'],
    'segments_store': ['segment_id'],
    'segment_profiles_store': ['segment_id', 'feature'],
    'customer_dimensions_store': ['customer_id'],
    'segment_personas_store': ['segment_id', 'language'],
    'record_counts_store': ['source_table'],
    'segment_flows_store': ['from_segment_id', 'to_segment_id', 'moved_by'],
    'segment_models_store': ['model_version'],
    'segment_health_store': ['publication_id'],
    'feature_drift_store': ['feature'],
    'input_freshness_store': ['source_table', 'source_system'],
    'feature_bins_store': ['feature', 'bin'],
    'lifetime_checks_store': ['kind', 'purpose', 'part'],
    'lifetime_models_store': ['model_version'],
    'cohort_retention_store': ['breakdown', 'breakdown_value', 'cohort_month', 'period_unit', 'period'],
    'customer_scores_store': ['customer_id'],
    'score_models_store': ['model_version'],
    'score_evaluation_store': ['outcome', 'as_of_date', 'group_kind', 'group_name'],
    'score_deciles_store': ['outcome', 'as_of_date', 'group_kind', 'group_name', 'decile'],
    'score_drift_store': ['outcome'],
} %}
{#- Without an earlier publication, or without a model by features, there is nothing to compare; without purchases there
    are no cohorts, without enough of them no lifetime model and no scores but by rule. -#}
{%- set may_be_empty = [
    'feature_drift_store', 'feature_bins_store', 'input_freshness_store', 'cohort_retention_store', 'lifetime_checks_store',
    'lifetime_models_store', 'score_models_store', 'score_evaluation_store', 'score_deciles_store', 'score_drift_store'
] %}
{%- set accept = 'If the change is real, set var drift_accepted_on to the as_of_date.' %}
{%- set retired = coterie.text_list(var('input_tables_retired', [])) %}
{%- set other_builds = "count(case when build_id <> " ~ coterie.build_id() ~ " then 1 end)" %}

with candidate as (

    select * from {{ ref('coterie', 'candidate') }}
    where publication_id > {{ coterie.last_publication_id() }}

),

stg_orders as (

    select * from {{ ref('coterie', 'stg_orders') }}

),

{% for store in stores -%}
{{ store }} as (

    select store.*
    from {{ ref('coterie', store) }} as store
    inner join candidate
        on store.publication_id = candidate.publication_id

),

{% endfor -%}
last_customers as (

    select earlier_customers.*
    from {{ coterie.previous('customers_store', {
        'publication_id': 'bigint', 'customer_id': 'string'
    }) }} as earlier_customers
    where earlier_customers.publication_id = {{ coterie.last_publication_id() }}

),

last_publications as (

    select earlier_publications.*
    from {{ coterie.previous('publications', {
        'publication_id': 'bigint', 'as_of_date': 'date'
    }) }} as earlier_publications
    where earlier_publications.publication_id = {{ coterie.last_publication_id() }}

),

last_record_counts as (

    select earlier_counts.*
    from {{ coterie.previous('record_counts_store', {
        'publication_id': 'bigint', 'source_table': 'string', 'is_present': 'boolean', 'raw_rows': 'bigint'
    }) }} as earlier_counts
    where earlier_counts.publication_id = {{ coterie.last_publication_id() }}

),

input_changes as (

    select
        record_counts_store.source_table,
        last_record_counts.is_present and not record_counts_store.is_present as is_gone,
        case
            when last_record_counts.raw_rows > 0 and record_counts_store.is_present
                then 1 - cast(record_counts_store.raw_rows as double) / last_record_counts.raw_rows
            else 0
        end as shrinkage,
        -- By how much of itself the table grew per 30 days, or since the last publication if that is less.
        case
            when last_record_counts.raw_rows >= {{ var('drift_customers_min') }} and record_counts_store.raw_rows > 0
                then power(
                    cast(record_counts_store.raw_rows as double) / last_record_counts.raw_rows,
                    30 / cast(greatest(
                        {{ dbt.datediff('last_publications.as_of_date', 'candidate.as_of_date', 'day') }}, 30
                    ) as double)
                ) - 1
            else 0
        end as growth
    from record_counts_store
    inner join last_record_counts
        on record_counts_store.source_table = last_record_counts.source_table
    cross join last_publications
    cross join candidate

),

last_sources as (

    select earlier_sources.*
    from {{ coterie.previous('input_freshness_store', {
        'publication_id': 'bigint', 'source_table': 'string', 'source_system': 'string', 'rows_to_date': 'bigint',
        'days_silent': 'bigint'
    }) }} as earlier_sources
    where earlier_sources.publication_id = {{ coterie.last_publication_id() }}

),

-- A source system is a part of a table: the whole hardly shows that it is gone or doubled.
source_changes as (

    select
        last_sources.source_table,
        last_sources.source_table
        || case when last_sources.source_system <> '' then ' of ' || last_sources.source_system else '' end
            as source_name,
        last_sources.source_table || '.' || last_sources.source_system as source_key,
        -- One that had long been silent was retired, and may have been cleared away.
        input_freshness_store.source_table is null
        and last_sources.source_system <> ''
        and record_counts_store.is_present
        and coalesce(last_sources.days_silent <= {{ var('input_retired_days') }}, true) as is_gone,
        -- By how much of themselves the rows grew that the last publication knew as past. For real they hardly do: only
        -- by what arrives late, however much time lies between.
        case
            when last_sources.rows_to_date >= {{ var('drift_customers_min') }}
                then coalesce(
                    cast(input_freshness_store.rows_to_last_date as double) / last_sources.rows_to_date - 1, 0
                )
            else 0
        end as growth
    from last_sources
    inner join record_counts_store
        on last_sources.source_table = record_counts_store.source_table
    left join input_freshness_store
        on
            last_sources.source_table = input_freshness_store.source_table
            and last_sources.source_system = input_freshness_store.source_system

),

gone_inputs as (

    select source_table as input_name
    from input_changes
    where is_gone and source_table not in ({{ retired }})

    union all

    select source_name as input_name
    from source_changes
    where is_gone and source_table not in ({{ retired }}) and source_key not in ({{ retired }})

),

input_growths as (

    select
        source_table as input_name,
        growth
    from input_changes

    union all

    select
        source_name as input_name,
        growth
    from source_changes

),

customer_counts as (

    select
        (select count(*) from customers_store) as customers,
        (select count(*) from last_customers) as last_customers

),

revenue_sums as (

    select
        (select sum(revenue) from customers_store) as customers_revenue,
        (
            select sum(stg_orders.revenue)
            from stg_orders
            cross join candidate
            where
                stg_orders.contact_key is not null
                and stg_orders.revenue > 0
                and cast(stg_orders.ordered_at as date) <= candidate.as_of_date
                and not (stg_orders.is_void and cast(stg_orders.status_known_at as date) <= candidate.as_of_date)
        ) as orders_revenue

),

dimensions_side_by_side as (

    select
        customers_store.customer_id,
        customer_dimensions_store.customer_id as described_customer_id
    from customers_store
    full outer join customer_dimensions_store
        on customers_store.customer_id = customer_dimensions_store.customer_id

),

customers_side_by_side as (

    select
        customers_store.customer_id,
        customer_segments_store.customer_id as segmented_customer_id,
        customers_store.orders,
        customer_segments_store.segment_id
    from customers_store
    full outer join customer_segments_store
        on customers_store.customer_id = customer_segments_store.customer_id

),

lifetime_in_force as (

    select max(model_version) as model_version from lifetime_models_store
    where status = 'accepted'

),

scores_side_by_side as (

    select
        customers_store.customer_id,
        customer_scores_store.customer_id as scored_customer_id,
        case when customers_store.orders > 0 then lifetime_in_force.model_version end as to_be_valued_by,
        case when customer_scores_store.p_alive is not null then customer_scores_store.lifetime_model_version end
            as valued_by
    from customers_store
    full outer join customer_scores_store
        on customers_store.customer_id = customer_scores_store.customer_id
    cross join lifetime_in_force

),

segment_counts as (

    select
        segment_id,
        count(*) as customers
    from customer_segments_store
    where segment_id is not null
    group by segment_id

    union all

    select
        micro_segment_id as segment_id,
        count(*) as customers
    from customer_segments_store
    where micro_segment_id is not null
    group by micro_segment_id

),

bottom_segments as (

    select * from segments_store
    where level in ('segment', 'micro')

),

sizes_side_by_side as (

    select
        coalesce(bottom_segments.size, 0) as stated,
        coalesce(segment_counts.customers, 0) as counted
    from bottom_segments
    full outer join segment_counts
        on bottom_segments.segment_id = segment_counts.segment_id

),

-- Each segment above others beside the sum of these; one whose segment above is missing stands alone.
part_sums as (

    select
        parent_segment_id,
        sum(size) as size
    from segments_store
    where parent_segment_id is not null
    group by parent_segment_id

),

levels_side_by_side as (

    select
        coalesce(segments_store.size, 0) as stated,
        coalesce(part_sums.size, 0) as counted
    from segments_store
    full outer join part_sums
        on segments_store.segment_id = part_sums.parent_segment_id
    where segments_store.level = 'macro' or part_sums.parent_segment_id is not null

),

personas_side_by_side as (

    select
        segments_store.segment_id,
        count(segment_personas_store.recommended_use) as personas
    from segments_store
    left join segment_personas_store
        on segments_store.segment_id = segment_personas_store.segment_id
    group by segments_store.segment_id

),

-- What the history says of each customer once the candidate is published.
history_state as (

    {{ coterie.segment_state(
        ref('coterie', 'customer_segment_history_store'),
        'select published.publication_id from ' ~ coterie.published_models() ~ ' as published '
        ~ 'union all select candidate.publication_id from candidate'
    ) }}

),

history_side_by_side as (

    select
        coalesce(history_state.segment_id, '') as segment_by_history,
        coalesce(customer_segments_store.segment_id, '') as segment_id
    from history_state
    full outer join customer_segments_store
        on history_state.customer_id = customer_segments_store.customer_id

),

-- Every breakdown holds each buyer once.
breakdowns as (

    {% for breakdown in ['all', 'channel', 'country', 'segment', 'campaign'] -%}
    {{ 'union all ' if not loop.first }}select '{{ breakdown }}' as breakdown
    {% endfor %}
),

cohort_sizes as (

    select
        breakdown,
        sum(customers) as customers
    from cohort_retention_store
    where period_unit = 'month' and period = 0
    group by breakdown

),

buyers as (

    select count(*) as customers from customers_store
    where orders > 0

),

cohorts_side_by_side as (

    select
        breakdowns.breakdown,
        abs(coalesce(cohort_sizes.customers, 0) - buyers.customers) as difference
    from breakdowns
    cross join buyers
    left join cohort_sizes
        on breakdowns.breakdown = cohort_sizes.breakdown

),

model_versions as (

    select model_version from segments_store
    union all
    select model_version from customer_segments_store
    where segment_id is not null
    union all
    select model_version from segment_profiles_store

),

checks as (

    {{ coterie.publication_check(
        'candidate_is_of_this_build', other_builds, 0,
        'The candidate was prepared by another build: run the whole build, or pass every run the same build_id.'
    ) }}
    from candidate

    {% for store, key in stores.items() -%}
    union all

    {{ coterie.publication_check(
        store ~ '_is_of_this_build',
        other_builds if store in may_be_empty else 'case when count(*) = 0 then 1 else ' ~ other_builds ~ ' end', 0,
        'Rows of ' ~ store ~ ' are missing or from another build: run the whole build, or pass every run the same '
        ~ 'build_id.'
    ) }}
    from {{ store }}

    union all

    {{ coterie.publication_check(
        store ~ '_key_is_unique', 'count(*) - count(distinct ' ~ coterie.key_text(key) ~ ')', 0,
        'Rows of ' ~ store ~ ' share a key (' ~ key | join(', ') ~ ') or miss it.'
    ) }}
    from {{ store }}

    {% endfor -%}
    union all

    {{ coterie.publication_check(
        'inputs_are_still_there', 'count(*)', 0,
        'Input tables of the last publication, or source systems of them, are missing: bring them back, or name them in var '
        ~ 'input_tables_retired (orders, or orders.crm for one system).',
        culprit='input_name'
    ) }}
    from gone_inputs

    union all

    {{ coterie.publication_check(
        'inputs_did_not_shrink', 'coalesce(max(shrinkage), 0)', var('max_input_shrinkage'),
        'An input table holds fewer rows than at the last publication by more than var max_input_shrinkage: it looks '
        ~ 'truncated.',
        culprit='case when shrinkage > ' ~ var('max_input_shrinkage') ~ ' then source_table end'
    ) }}
    from input_changes

    union all

    {{ coterie.publication_check(
        'inputs_did_not_double', 'coalesce(max(growth), 0)',
        coterie.unless_accepted(var('max_input_growth'), 'coalesce(max(growth), 0)', '(select as_of_date from candidate)'),
        'An input table has grown by more than var max_input_growth in 30 days, or the past rows of a source system by '
        ~ 'more than that: it looks as if it was loaded twice under new keys. ' ~ accept,
        culprit='case when growth > ' ~ var('max_input_growth') ~ " then input_name || ' by ' || "
        ~ coterie.percent_words('growth') ~ ' end'
    ) }}
    from input_growths

    union all

    {{ coterie.publication_check(
        'rows_are_conserved', 'coalesce(sum(abs(raw_rows - accepted_rows - rejected_rows - duplicate_rows)), 0)', 0,
        'Raw rows are not the sum of accepted, rejected and duplicate rows.',
        culprit='case when raw_rows <> accepted_rows + rejected_rows + duplicate_rows then source_table end'
    ) }}
    from record_counts_store

    union all

    {{ coterie.publication_check(
        'rejections_are_few',
        'coalesce(max(cast(rejected_rows as double) / nullif(raw_rows, 0)), 0)', var('max_rejected_share'),
        'The share of rejected rows of an input table is above var max_rejected_share: see rejected_records for the '
        ~ 'reasons.',
        culprit='case when rejected_rows > ' ~ var('max_rejected_share') ~ ' * raw_rows then source_table end'
    ) }}
    from record_counts_store

    union all

    {{ coterie.publication_check(
        'customers_did_not_shrink',
        'case when last_customers > 0 then 1 - cast(customers as double) / last_customers else 0 end',
        var('max_customer_shrinkage'),
        'There are fewer customers than at the last publication by more than var max_customer_shrinkage.'
    ) }}
    from customer_counts

    union all

    {{ coterie.publication_check(
        'revenue_is_conserved', 'abs(coalesce(customers_revenue, 0) - coalesce(orders_revenue, 0))', 0,
        'Revenue of customers is not the revenue of accepted orders of known contacts.'
    ) }}
    from revenue_sums

    union all

    {{ coterie.publication_check(
        'every_customer_is_in_customer_segments', 'count(*)', 0,
        'Customers stand in only one of customers and customer_segments.'
    ) }}
    from customers_side_by_side
    where customer_id is null or segmented_customer_id is null

    union all

    {{ coterie.publication_check(
        'every_customer_is_in_customer_dimensions', 'count(*)', 0,
        'Customers stand in only one of customers and customer_dimensions.'
    ) }}
    from dimensions_side_by_side
    where customer_id is null or described_customer_id is null

    union all

    {{ coterie.publication_check(
        'every_customer_is_in_customer_scores', 'count(*)', 0,
        'Customers stand in only one of customers and customer_scores.'
    ) }}
    from scores_side_by_side
    where customer_id is null or scored_customer_id is null

    union all

    -- A model in force that scores nobody has lost its parameters; a score without a model in force has an old one.
    {{ coterie.publication_check(
        'every_score_has_its_model', 'count(*)', 0,
        'Scores come from a model that is not in force, or a model in force scores nobody: run the whole build.',
        culprit='outcome'
    ) }}
    from (
        {%- for outcome in coterie.score_outcomes() %}
        select
            '{{ outcome.outcome }}' as outcome,
            coalesce((
                select max(score_models_store.model_version)
                from score_models_store
                where score_models_store.outcome = '{{ outcome.outcome }}' and score_models_store.status = 'accepted'
            ), '') as model_version,
            coalesce((
                select max(customer_scores_store.{{ outcome.outcome }}_model_version) from customer_scores_store
            ), '') as scored_by
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as models_side_by_side
    where model_version <> scored_by

    union all

    {{ coterie.publication_check(
        'scores_are_probabilities',
        'count(case when not coalesce(churn_probability between 0 and 1, true) '
        ~ 'or not coalesce(purchase_probability between 0 and 1, false) then 1 end)', 0,
        'A score lies outside 0..1, or a customer has none for a purchase.'
    ) }}
    from customer_scores_store

    union all

    -- Whoever has bought is valued by the model in force, and nobody else.
    {{ coterie.publication_check(
        'every_lifetime_value_has_its_model', 'count(*)', 0,
        'Buyers are without a value of the lifetime model in force, or customers have one of another model: run the whole '
        ~ 'build.'
    ) }}
    from scores_side_by_side
    where coalesce(valued_by, '') <> coalesce(to_be_valued_by, '')

    union all

    {{ coterie.publication_check(
        'lifetime_values_lie_in_range',
        'count(case when not coalesce(p_alive between 0 and 1, true) '
        ~ 'or not coalesce(expected_revenue_90d >= 0 and expected_revenue_365d >= expected_revenue_90d, '
        ~ 'expected_revenue_90d is null and expected_revenue_365d is null) then 1 end)', 0,
        'A probability of being active lies outside 0..1, or an expected revenue is negative or shrinks with time.'
    ) }}
    from customer_scores_store

    union all

    -- An algorithm of density leaves some customers out; twice what a fit may leave out, for customers move between
    -- trainings.
    {{ coterie.publication_check(
        'active_customers_have_a_segment',
        "case when max(candidate.algorithm) in ('dbscan', 'hdbscan') then greatest("
        ~ "count(*) - count(customers_side_by_side.segment_id) - floor(2 * "
        ~ var('segment_unassigned_max') ~ " * count(*)), 0) "
        ~ "else count(*) - count(customers_side_by_side.segment_id) end",
        0,
        'Customers with at least one order have no segment.'
    ) }}
    from customers_side_by_side
    cross join candidate
    where customers_side_by_side.orders > 0

    union all

    {{ coterie.publication_check(
        'segment_sizes_add_up', 'coalesce(sum(abs(stated - counted)), 0)', 0,
        'Sizes in segments are not the numbers of customers in customer_segments.'
    ) }}
    from sizes_side_by_side

    union all

    {{ coterie.publication_check(
        'customer_segment_history_is_whole', 'count(*)', 0,
        'Customers have another segment in customer_segments than customer_segment_history ends with.'
    ) }}
    from history_side_by_side
    where segment_by_history <> segment_id

    union all

    {{ coterie.publication_check(
        'cohorts_are_whole', 'coalesce(sum(difference), 0)', 0,
        'Cohorts do not hold every customer with an order exactly once.',
        culprit='case when difference > 0 then breakdown end'
    ) }}
    from cohorts_side_by_side

    union all

    {{ coterie.publication_check(
        'segment_levels_add_up', 'coalesce(sum(abs(stated - counted)), 0)', 0,
        'Sizes of macro-segments, or of segments with micro-segments, are not the sums of those below them.'
    ) }}
    from levels_side_by_side

    union all

    {{ coterie.publication_check(
        'every_segment_has_a_persona', 'count(*)', 0,
        'A segment has no persona or no recommended use in some language: look at the seed segment_uses.',
        culprit='segment_id'
    ) }}
    from personas_side_by_side
    where personas <> {{ coterie.persona_languages() | length }}

    union all

    -- Rules that stand in where no fitted model is stable take the sizes that come.
    {{ coterie.publication_check(
        'segments_are_large_enough',
        "case when max(candidate.algorithm) = 'rules' then 0 else greatest("
        ~ var('min_segment_share') ~ " - min(bottom_segments.share), 0) end",
        0,
        'The smallest segment falls short of var min_segment_share by this share of customers.'
    ) }}
    from bottom_segments
    cross join candidate

    union all

    {{ coterie.publication_check(
        'one_model_version', 'abs(count(distinct model_version) - 1)', 0,
        'Segments, assignments and profiles come from more than one model_version, or from none.'
    ) }}
    from model_versions

    union all

    {{ coterie.publication_check(
        'features_did_not_drift', 'max(unanswered_drift)',
        coterie.unless_accepted(var('drift_features_max') - 1, 'max(unanswered_drift)', 'max(as_of_date)'),
        'As many features as var drift_features_max have drifted since the last publication or since training: look at '
        ~ 'their inputs. ' ~ accept,
        culprit='case when unanswered_drift >= ' ~ var('drift_features_max') ~ ' then drifted_features end'
    ) }}
    from segment_health_store

    union all

    {{ coterie.publication_check(
        'features_did_not_collapse', 'max(collapsed_features)',
        coterie.unless_accepted(0, 'max(collapsed_features)', 'max(as_of_date)'),
        'A feature that told customers apart is missing or the same for nearly all of them: look at its input. ' ~ accept,
        culprit='collapsed_feature_names'
    ) }}
    from segment_health_store

    union all

    {{ coterie.publication_check(
        'segment_shares_did_not_drift', 'coalesce(max(share_psi), 0)',
        coterie.unless_accepted('coalesce(max(share_psi_limit), 0)', 'coalesce(max(share_psi), 0)', 'max(as_of_date)'),
        'The shares of the segments have drifted since the last publication: segment_health has them. ' ~ accept
    ) }}
    from segment_health_store

    union all

    {{ coterie.publication_check(
        'segment_shares_did_not_jump', 'max(share_jumps)',
        coterie.unless_accepted(0, 'max(share_jumps)', 'max(as_of_date)'),
        'A segment has become larger or smaller by more than var drift_share_ratio since the last publication. ' ~ accept,
        culprit='jumped_segments'
    ) }}
    from segment_health_store

    union all

    {{ coterie.publication_check(
        'customers_keep_their_segment', 'coalesce(1 - max(stayer_share), 0)',
        coterie.unless_accepted(
            'coalesce(1 - max(stayer_share_min), 0)', 'coalesce(1 - max(stayer_share), 0)', 'max(as_of_date)'
        ),
        'More customers have changed their segment since the last publication than var stayers_min allows. ' ~ accept
    ) }}
    from segment_health_store

),

-- What earlier builds were told that were to have the same number: a refusal would else be lost with the next build.
last_answers as (

    select
        earlier_checks.*,
        not earlier_checks.is_passed and earlier_checks.build_id <> {{ coterie.build_id() }} as is_refusal
    from {{ coterie.previous('publication_checks', {
        'publication_id': 'bigint', 'check_name': 'string', 'build_id': 'string', 'is_passed': 'boolean',
        'figure': 'double', 'words': 'string', 'checked_at': 'timestamp', 'refusals': 'bigint',
        'last_refused_at': 'timestamp', 'last_refused_figure': 'double', 'last_refused_words': 'string'
    }) }} as earlier_checks

),

judged as (

    select
        checks.check_name,
        checks.figure,
        checks.check_limit,
        -- A figure that could not be computed has not passed.
        coalesce(checks.figure <= checks.check_limit, false) as is_passed,
        checks.words,
        candidate.publication_id,
        {{ coterie.build_id() }} as build_id,
        {{ coterie.build_started_at() }} as checked_at,
        coalesce(last_answers.refusals, 0) + case when last_answers.is_refusal then 1 else 0 end as refusals,
        case
            when last_answers.is_refusal then last_answers.checked_at else last_answers.last_refused_at
        end as last_refused_at,
        case
            when last_answers.is_refusal then last_answers.figure else last_answers.last_refused_figure
        end as last_refused_figure,
        case
            when last_answers.is_refusal then last_answers.words else last_answers.last_refused_words
        end as last_refused_words
    from checks
    cross join candidate
    left join last_answers
        on
            candidate.publication_id = last_answers.publication_id
            and checks.check_name = last_answers.check_name

)

select * from judged
