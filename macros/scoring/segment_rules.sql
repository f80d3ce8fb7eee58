{#- Segments by recency, frequency and revenue, used while no clustering is good enough. The first rule that holds
    for a customer decides, so the order matters; the last one always holds. `customer_features` is the alias of the row,
    `thresholds.high_revenue` the revenue that one buyer in five reaches. -#}
{% macro segment_rules() -%}
    {%- set recent = var('rules_recent_days') -%}
    {%- set lapsed = var('rules_lapsed_days') -%}
    {%- set regular = var('rules_regular_orders') -%}
    {{- return([
        {
            'segment_id': 'r01',
            'name': 'Best customers',
            'description': 'ordered in the last ' ~ recent ~ ' days, at least ' ~ regular
                ~ ' orders in 365 days, revenue among the highest fifth of buyers',
            'condition': 'customer_features.days_since_last_order <= ' ~ recent
                ~ ' and customer_features.orders_365d >= ' ~ regular
                ~ ' and customer_features.revenue_365d >= thresholds.high_revenue',
        },
        {
            'segment_id': 'r02',
            'name': 'Regular customers',
            'description': 'ordered in the last ' ~ lapsed ~ ' days, at least ' ~ regular ~ ' orders in 365 days',
            'condition': 'customer_features.days_since_last_order <= ' ~ lapsed
                ~ ' and customer_features.orders_365d >= ' ~ regular,
        },
        {
            'segment_id': 'r03',
            'name': 'Recent buyers',
            'description': 'ordered in the last ' ~ recent ~ ' days, fewer than ' ~ regular ~ ' orders in 365 days',
            'condition': 'customer_features.days_since_last_order <= ' ~ recent,
        },
        {
            'segment_id': 'r04',
            'name': 'Cooling buyers',
            'description': 'last order ' ~ recent ~ ' to ' ~ lapsed ~ ' days ago',
            'condition': 'customer_features.days_since_last_order <= ' ~ lapsed,
        },
        {
            'segment_id': 'r05',
            'name': 'Lapsed buyers',
            'description': 'last order more than ' ~ lapsed ~ ' days ago',
            'condition': 'customer_features.days_since_last_order is not null',
        },
        {
            'segment_id': 'r06',
            'name': 'Visitors without orders',
            'description': 'no order yet',
            'condition': '1 = 1',
        },
    ]) -}}
{%- endmacro %}
