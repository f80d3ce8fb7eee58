with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}
    where is_due

),

decisions as (

    select *
    from {{ coterie.previous('segment_model_log', {
        'decision_number': 'bigint', 'model_version': dbt.type_string()
    }) }} as previous_log

),

-- A training that is repeated gets the numbers it got before: what was decided since then does not count for it.
first_decisions as (

    select min(decisions.decision_number) as decision_number
    from decisions
    inner join plan
        on decisions.model_version = plan.model_version

),

-- The numbers of every model so far are taken, whatever became of it: a publication that is taken back has been read.
known_models as (

    select decisions.model_version
    from decisions
    cross join plan
    cross join first_decisions
    where decisions.decision_number < coalesce(first_decisions.decision_number, plan.decision_number)

    union

    select plan.accepted_model_version as model_version
    from plan
    where plan.accepted_model_version is not null

),

segment_numbers as (

    select max(cast(substr(prototypes.segment_id, 2) as int)) as last_number
    from {{ coterie.previous_prototypes() }} as prototypes
    inner join known_models
        on prototypes.model_version = known_models.model_version
    where prototypes.segment_id like 's%'

),

-- The highest number below each segment that was divided.
last_micro_segments as (

    select
        prototypes.segment_id,
        max(cast(split_part(prototypes.micro_segment_id, '.', 2) as int)) as last_number
    from {{ coterie.previous_micro_prototypes() }} as prototypes
    inner join known_models
        on prototypes.model_version = known_models.model_version
    group by prototypes.segment_id

),

micro_numbers as (

    select
        {{ coterie.ordered_text(
            "segment_id || '.' || cast(last_number as " ~ dbt.type_string() ~ ")", 'segment_id', ', '
        ) }} as last_micro_ids
    from last_micro_segments

),

incumbent as (

    select
        plan.accepted_model_version as model_version,
        plan.accepted_algorithm as algorithm,
        case
            when plan.accepted_model_version is null then 'none'
            when plan.accepted_algorithm = 'rules' then 'rules'
            when plan.is_accepted_usable then 'model'
            else 'publication'
        end as basis,
        coalesce(segment_numbers.last_number, 0) as last_number,
        micro_numbers.last_micro_ids
    from plan
    cross join segment_numbers
    cross join micro_numbers

)

select * from incumbent
