{#-
    The additive measures of customer_days in column order: name -> SQL type. One list, because the rollup names
    them four times over: once for each kind of fact that has them, and once for the rollup as a whole.
-#}
{%- macro customer_day_measures() -%}
    {%- set measures = {} -%}
    {%- for name in [
        'orders', 'orders_placed', 'orders_voided', 'orders_night', 'orders_evening'
    ] -%}
        {%- do measures.update({name: 'bigint'}) -%}
    {%- endfor -%}
    {%- for channel in var('order_channels') -%}
        {%- do measures.update({'orders_channel_' ~ channel: 'bigint'}) -%}
    {%- endfor -%}
    {%- do measures.update({'revenue': 'decimal(18, 4)'}) -%}
    {%- for name in ['items', 'gross_amount', 'net_amount'] -%}
        {%- do measures.update({name: 'decimal(18, 3)' if name == 'items' else 'decimal(18, 4)'}) -%}
    {%- endfor -%}
    {%- for category in var('basket_categories') -%}
        {%- do measures.update({'amount_' ~ category: 'decimal(18, 4)'}) -%}
    {%- endfor -%}
    {%- for name in [
        'events', 'visits', 'page_views', 'product_views', 'searches', 'cart_additions',
        'events_night', 'events_evening', 'events_mobile', 'events_desktop', 'events_tablet', 'events_app', 'events_campaign'
    ] -%}
        {%- do measures.update({name: 'bigint'}) -%}
    {%- endfor -%}
    {%- for content_type in var('content_types') -%}
        {%- do measures.update({'events_content_' ~ content_type: 'bigint'}) -%}
    {%- endfor -%}
    {%- for name in [
        'messages_sent', 'messages_delivered', 'messages_opened', 'messages_clicked', 'messages_unsubscribed', 'messages_bounced'
    ] -%}
        {%- do measures.update({name: 'bigint'}) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro -%}
