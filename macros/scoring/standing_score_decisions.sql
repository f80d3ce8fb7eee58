{#- Subquery of the rows of score_model_log with is_in_force: whether the row's model is the one its outcome is scored with. In
    force is what this very build has accepted, else the accepted model of the last publication: a build that was refused is
    forgotten. -#}
{% macro standing_score_decisions(decisions) -%}
    (
        select
            numbered.*,
            coalesce(
                numbered.model_version = coalesce(numbered.own_model_version, last_published.model_version)
                and numbered.decision = 'accepted', false
            ) as is_in_force
        from (
            select
                decisions.*,
                max(
                    case
                        when decisions.build_id = {{ coterie.build_id() }} and decisions.decision = 'accepted'
                            then decisions.model_version
                    end
                ) over (partition by decisions.outcome) as own_model_version
            from {{ decisions }} as decisions
        ) as numbered
        left join (
            select published.*
            from {{ coterie.published_score_models() }} as published
            where
                published.publication_id = {{ coterie.last_publication_id() }}
                and published.status = 'accepted'
        ) as last_published
            on numbered.outcome = last_published.outcome
    )
{%- endmacro %}

{#- What the publications so far said of each model. -#}
{% macro published_score_models() -%}
    {{- coterie.previous('score_models_store', {
        'publication_id': 'bigint', 'outcome': dbt.type_string(), 'model_version': dbt.type_string(),
        'status': dbt.type_string()
    }) -}}
{%- endmacro %}
