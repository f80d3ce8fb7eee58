with

customer_features as (

    select * from {{ ref('coterie', 'customer_features') }}
    where is_current

),

accepted_model as (

    select * from {{ ref('coterie', 'segment_models') }}
    where status = 'accepted'

),

customer_vectors as (

    select * from {{ ref('coterie', 'customer_vectors') }}

),

{{ coterie.nearest_steps('customer_vectors', ref('coterie', 'segment_prototypes')) }},

{{ coterie.micro_steps('customer_vectors', ref('coterie', 'segment_micro_prototypes')) }},

thresholds as (

    {{ coterie.rule_thresholds() }}

),

assignments as (

    select
        customer_features.customer_id,
        customer_features.as_of_date,
        accepted_model.model_version,
        accepted_model.algorithm,
        case
            when not {{ coterie.has_enough_data('customer_features') }} then null
            when accepted_model.algorithm <> 'rules' then choices.segment_id
            else {{ coterie.rule_segment() }}
        end as segment_id,
        choices.distance,
        -- 0 where the runner-up is as near, towards 1 where it is far away; of a mixture, by their densities.
        case
            when choices.is_density then 1 - exp((choices.score - choices.second_score) / 2)
            when choices.second_score > 0 then 1 - choices.score / choices.second_score
            when choices.second_score = 0 then 0
        end as confidence,
        choices.second_segment_id,
        case
            when {{ coterie.has_enough_data('customer_features') }} and accepted_model.algorithm <> 'rules'
                then micro_choices.micro_segment_id
        end as micro_segment_id,
        case
            when not {{ coterie.has_enough_data('customer_features') }}
                then 'Too little is known: no order, no activity, and no message opened or clicked in the last year.'
            when accepted_model.algorithm <> 'rules' and choices.segment_id is null
                then 'Unlike every segment: outside the radius of all of them.'
        end as unassigned_reason
    from customer_features
    cross join accepted_model
    cross join thresholds
    left join choices
        on customer_features.customer_id = choices.customer_id
    left join micro_choices
        on customer_features.customer_id = micro_choices.customer_id

)

select * from assignments
