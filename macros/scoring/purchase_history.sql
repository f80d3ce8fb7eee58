{#- Select list of a customer's purchase history as of a day, over rows of purchase_days grouped by customer and day. A day
    is one purchase, however many orders it has; the first is no repeat. -#}
{% macro purchase_history() -%}
    min(purchase_days.activity_date) as first_purchase_on,
        count(*) - 1 as repeat_purchases,
        max(purchase_days.age_days) - min(purchase_days.age_days) as days_to_last,
        max(purchase_days.age_days) as days_observed,
        {{ coterie.value_at_least('purchase_days.revenue', 'purchase_days.activity_date') }} as first_revenue,
        cast(sum(purchase_days.revenue) as decimal(18, 4)) as revenue
{%- endmacro %}
