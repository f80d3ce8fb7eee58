{#-
    The features that are also had of a whole segment, its customers' orders, items, spend or events taken together:
    feature -> [what is divided, by what], columns of segment_profile_figures' sums over customer_days.
-#}
{%- macro pooled_features() -%}
    {%- set pooled = {
        'items_per_order_365d': ['items', 'orders'],
        'average_item_price_365d': ['net_amount', 'items'],
        'share_orders_weekend_365d': ['orders_weekend', 'orders'],
        'share_orders_month_end_365d': ['orders_month_end', 'orders'],
        'share_events_evening_365d': ['events_evening', 'events'],
        'share_events_night_365d': ['events_night', 'events']
    } -%}
    {%- for channel in var('order_channels') -%}
        {%- do pooled.update({'share_orders_' ~ channel ~ '_365d': ['orders_channel_' ~ channel, 'orders']}) -%}
    {%- endfor -%}
    {#- of all that was spent, also on what has no category -#}
    {%- for category in var('basket_categories') -%}
        {%- do pooled.update({'share_' ~ category ~ '_365d': ['amount_' ~ category, 'net_amount']}) -%}
    {%- endfor -%}
    {{- return(pooled) -}}
{%- endmacro -%}
