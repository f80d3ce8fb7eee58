with

plan as (

    select * from {{ ref('coterie', 'segment_training_plan') }}
    where is_due

),

-- Numbers of segments that were ever published, or that this very build has accepted.
segment_numbers as (

    select max(cast(substr(prototypes.segment_id, 2) as int)) as last_number
    from {{ coterie.previous_prototypes() }} as prototypes
    where
        prototypes.segment_id like 's%'
        and (
            prototypes.model_version in (
                select published.model_version
                from {{ coterie.published_models() }} as published
            )
            or prototypes.model_version in (select plan.accepted_model_version from plan)
        )

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
        coalesce(segment_numbers.last_number, 0) as last_number
    from plan
    cross join segment_numbers

)

select * from incumbent
