{#- Subquery of the rows of lifetime_model_log that stand: those of this build and of builds that were published. In force
    (is_in_force) is the last accepted one among them, so that a refused build is forgotten and going back in
    `publications` restores the model with the marts. decisions: relation or name of a common table expression. -#}
{% macro lifetime_decisions(decisions) -%}
    (
        select
            standing.*,
            coalesce(
                standing.decision_number = max(
                    case when standing.decision = 'accepted' then standing.decision_number end
                ) over (),
                false
            ) as is_in_force
        from (
            select decisions.*
            from {{ decisions }} as decisions
            where
                decisions.build_id = {{ coterie.build_id() }}
                or decisions.build_id in (
                    select published.build_id
                    from {{ coterie.published_models() }} as published
                )
        ) as standing
    )
{%- endmacro %}
