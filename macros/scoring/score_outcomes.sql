{#- The outcomes that are predicted, as dicts: outcome, horizon (days), at_risk and rule (columns of score_population), label
    (column of score_labels), words (of the model's score going up). The first outcome is churn, by silence or by the end
    of a contract (var churn_definition). -#}
{% macro score_outcomes() -%}
    {%- set by_contract = var('churn_definition') == 'contract' -%}
    {{- return([
        {
            'outcome': 'churn',
            'horizon': var('churn_horizon_days') | int,
            'at_risk': 'has_contract' if by_contract else 'is_active',
            'label': 'has_left' if by_contract else 'has_lapsed',
            'rule': 'rule_churn_probability',
        },
        {
            'outcome': 'purchase',
            'horizon': var('purchase_horizon_days') | int,
            'at_risk': 'is_known_by_deeds',
            'label': 'has_bought',
            'rule': 'rule_purchase_probability',
        },
    ]) -}}
{%- endmacro %}
