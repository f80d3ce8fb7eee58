{#- Segments by recency, frequency and revenue, used while no clustering is good enough. The first rule that holds
    for a customer decides, so the order matters; the last one always holds. `customer_features` is the alias of the row,
    `thresholds.high_revenue` the revenue that one buyer in five reaches. Each has a macro-segment, called mr and the
    number of the lowest of its rules: those of a model are called m and a number, and no id means both. -#}
{% macro segment_rules() -%}
    {%- set recent = var('rules_recent_days') -%}
    {%- set lapsed = var('rules_lapsed_days') -%}
    {%- set regular = var('rules_regular_orders') -%}
    {{- return([
        {
            'segment_id': 'r01',
            'macro_segment_id': 'mr01',
            'name_en': 'Best customers',
            'name_fr': 'Meilleurs clients',
            'description_en': 'ordered in the last ' ~ recent ~ ' days, at least ' ~ regular
                ~ ' orders in 365 days, revenue among the highest fifth of buyers',
            'description_fr': 'commande dans les ' ~ recent ~ ' derniers jours, au moins ' ~ regular
                ~ ' commandes en 365 jours, chiffre d’affaires parmi le cinquième le plus élevé des acheteurs',
            'condition': 'customer_features.days_since_last_order <= ' ~ recent
                ~ ' and customer_features.orders_365d >= ' ~ regular
                ~ ' and customer_features.revenue_365d >= thresholds.high_revenue',
        },
        {
            'segment_id': 'r02',
            'macro_segment_id': 'mr01',
            'name_en': 'Regular customers',
            'name_fr': 'Clients réguliers',
            'description_en': 'ordered in the last ' ~ lapsed ~ ' days, at least ' ~ regular ~ ' orders in 365 days',
            'description_fr': 'commande dans les ' ~ lapsed ~ ' derniers jours, au moins ' ~ regular
                ~ ' commandes en 365 jours',
            'condition': 'customer_features.days_since_last_order <= ' ~ lapsed
                ~ ' and customer_features.orders_365d >= ' ~ regular,
        },
        {
            'segment_id': 'r03',
            'macro_segment_id': 'mr01',
            'name_en': 'Recent buyers',
            'name_fr': 'Acheteurs récents',
            'description_en': 'ordered in the last ' ~ recent ~ ' days, fewer than ' ~ regular ~ ' orders in 365 days',
            'description_fr': 'commande dans les ' ~ recent ~ ' derniers jours, moins de ' ~ regular
                ~ ' commandes en 365 jours',
            'condition': 'customer_features.days_since_last_order <= ' ~ recent,
        },
        {
            'segment_id': 'r04',
            'macro_segment_id': 'mr01',
            'name_en': 'Cooling buyers',
            'name_fr': 'Acheteurs en veille',
            'description_en': 'last order ' ~ recent ~ ' to ' ~ lapsed ~ ' days ago',
            'description_fr': 'dernière commande il y a ' ~ recent ~ ' à ' ~ lapsed ~ ' jours',
            'condition': 'customer_features.days_since_last_order <= ' ~ lapsed,
        },
        {
            'segment_id': 'r05',
            'macro_segment_id': 'mr05',
            'name_en': 'Lapsed buyers',
            'name_fr': 'Anciens acheteurs',
            'description_en': 'last order more than ' ~ lapsed ~ ' days ago',
            'description_fr': 'dernière commande il y a plus de ' ~ lapsed ~ ' jours',
            'condition': 'customer_features.days_since_last_order is not null',
        },
        {
            'segment_id': 'r06',
            'macro_segment_id': 'mr06',
            'name_en': 'Visitors without orders',
            'name_fr': 'Visiteurs sans commande',
            'description_en': 'no order yet',
            'description_fr': 'pas encore de commande',
            'condition': '1 = 1',
        },
    ]) -}}
{%- endmacro %}


{#- The macro-segments of the rules. -#}
{% macro macro_rules() -%}
    {%- set lapsed = var('rules_lapsed_days') -%}
    {{- return([
        {
            'segment_id': 'mr01',
            'name_en': 'Buyers',
            'name_fr': 'Acheteurs',
            'description_en': 'ordered in the last ' ~ lapsed ~ ' days',
            'description_fr': 'commande dans les ' ~ lapsed ~ ' derniers jours',
        },
        {
            'segment_id': 'mr05',
            'name_en': 'Lapsed buyers',
            'name_fr': 'Anciens acheteurs',
            'description_en': 'last order more than ' ~ lapsed ~ ' days ago',
            'description_fr': 'dernière commande il y a plus de ' ~ lapsed ~ ' jours',
        },
        {
            'segment_id': 'mr06',
            'name_en': 'Never bought',
            'name_fr': 'Sans achat',
            'description_en': 'no order yet',
            'description_fr': 'pas encore de commande',
        },
    ]) -}}
{%- endmacro %}
