with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}
    where is_due

),

-- Models that were ever published, or that this very build has accepted: their numbers are taken.
known_models as (

    select published.model_version
    from {{ coterie.published_models() }} as published

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
