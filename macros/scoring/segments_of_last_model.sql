{#- The segment that the model of the last publication gives each customer today: the assignments, or, where this build has
    put another model in force, what the incumbent would have said. Only one model's segments can be compared: what a new
    model changes is not what customers did. Nobody where the features are others than that model's.

    last_publication: name of an expression with its model_version. -#}
{% macro segments_of_last_model(last_publication) -%}
    (
        select
            assignments.customer_id,
            assignments.segment_id
        from {{ ref('coterie', 'segment_assignments') }} as assignments
        inner join {{ last_publication }} as published_model
            on assignments.model_version = published_model.model_version
        where assignments.segment_id is not null

        union all

        select
            incumbents.customer_id,
            incumbents.segment_id
        from {{ ref('coterie', 'incumbent_assignments') }} as incumbents
        inner join {{ last_publication }} as published_model
            on incumbents.model_version = published_model.model_version
        left join {{ ref('coterie', 'segment_models') }} as models_in_force
            on
                incumbents.model_version = models_in_force.model_version
                and models_in_force.status = 'accepted'
        where
            models_in_force.model_version is null
            and incumbents.basis in ('model', 'rules')
            and incumbents.segment_id is not null
    )
{%- endmacro %}
