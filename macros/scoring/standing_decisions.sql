{#- What a decision about a model is worth: it is taken by a build and stands from that build's publication on. Subquery
    of the rows of segment_model_log that stand, with is_in_force: whether the row's model is the one to score with. In
    force is what this very build has accepted; else the model of the last publication, so that a refused build is
    forgotten and going back in `publications` restores the model with the marts. -#}
{% macro standing_decisions(decisions) -%}
    (
        select
            numbered.*,
            numbered.model_version = coalesce(
                max(
                    case when numbered.decision_number = numbered.own_decision_number then numbered.model_version end
                ) over (),
                (
                    select max(last_published.model_version)
                    from {{ coterie.published_models() }} as last_published
                    where last_published.publication_id = {{ coterie.last_publication_id() }}
                )
            ) as is_in_force
        from (
            select
                decisions.*,
                max(
                    case
                        when decisions.build_id = {{ coterie.build_id() }} and decisions.decision = 'accepted'
                            then decisions.decision_number
                    end
                ) over () as own_decision_number
            from {{ decisions }} as decisions
            where
                decisions.build_id = {{ coterie.build_id() }}
                or decisions.build_id in (
                    select published.build_id
                    from {{ coterie.published_models() }} as published
                )
                -- The stores of a refused build can be judged anew: then another build has published its model.
                or decisions.model_version in (
                    select published.model_version
                    from {{ coterie.published_models() }} as published
                )
        ) as numbered
    )
{%- endmacro %}

{#- The publications so far, as far as models are concerned. -#}
{% macro published_models() -%}
    {{- coterie.previous('publications', {
        'publication_id': 'bigint', 'build_id': dbt.type_string(), 'model_version': dbt.type_string()
    }) -}}
{%- endmacro %}
