-- Protects scoring: parameter tables live longer than a build, and an accepted lifetime model that lost some of its
-- rows would leave customers without a value in a green build.
with

accepted_model as (

    select model_version from {{ ref('coterie', 'lifetime_models') }}
    where status = 'accepted'

),

parameters as (

    select model_version from {{ ref('coterie', 'lifetime_parameters') }}
    where
        purpose = 'scoring'
        and r is not null and alpha is not null and a is not null and b is not null

),

-- Every number of repeats from 0 to the highest has as many weights as probabilities, and they sum to 1.
nodes as (

    select
        model_version,
        count(*) as node_rows,
        max(repeat_purchases) + 1 as expected_rows,
        count(
            case
                when
                    {{ coterie.array_length('probabilities') }} = {{ coterie.array_length('weights') }}
                    and abs(
                        {{ coterie.array_mean('weights') }} * {{ coterie.array_length('weights') }} - 1
                    ) < 0.000000001
                    then 1
            end
        ) as whole_rows
    from {{ ref('coterie', 'lifetime_nodes') }}
    where purpose = 'scoring'
    group by model_version

),

problems as (

    select
        accepted_model.model_version,
        case
            when parameters.model_version is null then 'the accepted lifetime model has no parameters'
            when nodes.model_version is null then 'the accepted lifetime model has no nodes'
            when nodes.node_rows <> nodes.expected_rows or nodes.whole_rows <> nodes.node_rows
                then 'the nodes of the accepted lifetime model are incomplete'
        end as problem
    from accepted_model
    left join parameters
        on accepted_model.model_version = parameters.model_version
    left join nodes
        on accepted_model.model_version = nodes.model_version

)

select * from problems
where problem is not null
