{%- set categories = var('basket_categories') -%}
{%- set amounts = [] -%}
{%- for category in categories -%}{%- do amounts.append('amount_' ~ category) -%}{%- endfor %}

with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

days as (
    {{ coterie.customer_days_as_of(
        ['orders', 'items', 'gross_amount', 'net_amount'] + amounts,
        window_days=365,
        condition='customer_days.orders_placed > 0 or customer_days.orders_voided > 0'
    ) }}
),

basket_sums as (
    select
        customer_id,
        as_of_date,
        sum(orders) as orders,
        sum(items) as items,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount
        {%- for amount in amounts %},
        sum({{ amount }}) as {{ amount }}
        {%- endfor %}
    from days
    group by customer_id, as_of_date
),

category_totals as (
    select
        *,
        {{ amounts | join(' + ') if amounts else '0' }} as categorised_amount
    from basket_sums
),

basket_shares as (
    select
        customer_id,
        as_of_date,
        {{ coterie.divide('items', 'orders') }} as items_per_order_365d,
        {{ coterie.divide('net_amount', 'items') }} as average_item_price_365d,
        {{ coterie.divide('gross_amount - net_amount', 'gross_amount') }} as share_discount_365d,
        categorised_amount > 0 as has_categories
        {%- for category in categories %},
        {{ coterie.divide('amount_' ~ category, 'categorised_amount') }} as share_{{ category }}_365d
        {%- endfor %}
    from category_totals
),

features_basket as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        basket_shares.items_per_order_365d,
        basket_shares.average_item_price_365d,
        basket_shares.share_discount_365d,
        case
            when basket_shares.has_categories then
                0
                {%- for category in categories %}
                + case when basket_shares.share_{{ category }}_365d > 0 then 1 else 0 end
                {%- endfor %}
        end as categories_365d,
        -- Shannon entropy over its largest possible value: 0 for one category, 1 for all in equal parts.
        case
            when basket_shares.has_categories then
                (
                    0
                    {%- for category in categories %}
                    - case
                        when basket_shares.share_{{ category }}_365d > 0
                            then basket_shares.share_{{ category }}_365d * ln(basket_shares.share_{{ category }}_365d)
                        else 0
                    end
                    {%- endfor %}
                ) / ln({{ [categories | length, 2] | max }})
        end as category_entropy_365d
        {%- for category in categories %},
        basket_shares.share_{{ category }}_365d
        {%- endfor %}
    from customer_dates
    left join basket_shares
        on
            customer_dates.customer_id = basket_shares.customer_id
            and customer_dates.as_of_date = basket_shares.as_of_date
)

select * from features_basket
