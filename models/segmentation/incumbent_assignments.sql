with

incumbent as (

    select * from {{ ref('coterie', 'segment_incumbent') }}

),

-- Empty, and with it all that follows, where nothing is due.
customer_features as (

    select current_features.*
    from {{ ref('coterie', 'customer_features') }} as current_features
    cross join incumbent
    where
        current_features.is_current
        and {{ coterie.has_enough_data('current_features') }}

),

incumbent_model as (

    select model_version from incumbent
    where basis = 'model'

),

{{ coterie.encoding_steps(
    'incumbent_model', coterie.previous_scaling(), coterie.previous_layers(), coterie.previous_imputations()
) }},

{{ coterie.nearest_steps('encoded_vectors', coterie.previous_prototypes()) }},

{{ coterie.micro_steps('encoded_vectors', coterie.previous_micro_prototypes()) }},

thresholds as (

    {{ coterie.rule_thresholds() }}

),

last_segments as (

    select
        stored_segments.customer_id,
        stored_segments.segment_id,
        stored_segments.micro_segment_id
    from {{ coterie.previous_segments() }} as stored_segments
    cross join incumbent
    where stored_segments.publication_id = {{ coterie.last_publication_id() }}

),

by_rules as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,
        {{ coterie.rule_segment() }} as rule_segment_id
    from customer_features
    cross join thresholds

),

assignments as (

    select
        by_rules.customer_id,
        by_rules.as_of_date,
        incumbent.model_version,
        case incumbent.basis
            when 'model' then choices.segment_id
            when 'rules' then by_rules.rule_segment_id
            when 'publication' then last_segments.segment_id
        end as segment_id,
        case incumbent.basis
            when 'model' then micro_choices.micro_segment_id
            when 'publication' then last_segments.micro_segment_id
        end as micro_segment_id,
        by_rules.rule_segment_id,
        incumbent.basis
    from by_rules
    cross join incumbent
    left join choices
        on by_rules.customer_id = choices.customer_id
    left join micro_choices
        on by_rules.customer_id = micro_choices.customer_id
    left join last_segments
        on by_rules.customer_id = last_segments.customer_id

)

select * from assignments
