with repeated_keys as (
    {{ coterie.repeated_keys('order_lines', ['source_system', 'order_key', 'line_number']) }}
),

raw_order_lines as {{ coterie.not_materialized() }} (
    {{ coterie.input_with_repeats('order_lines', ['source_system', 'order_key', 'line_number'], 'repeated_keys') }}
),

orders as (
    select
        source_system,
        order_key,
        is_void,
        exchange_rate
    from {{ ref('coterie', 'checked_orders') }}
    where reason_code is null and copy_number = 1
),

categories as (
    {{ coterie.category_spellings('order_lines', 'category') }}
),

cleaned as {{ coterie.not_materialized() }} (
    select
        {{ coterie.broadcast(['categories']) }}
        {{ coterie.raw_columns('order_lines', 'raw_order_lines') }}
        raw_order_lines.is_repeated,
        {{ coterie.clean_key('raw_order_lines.source_system') }} as source_system,
        {{ coterie.clean_key('raw_order_lines.order_key') }} as order_key,
        {{ coterie.clean_key('raw_order_lines.line_number') }} as line_number,
        {{ coterie.clean_key('raw_order_lines.product_key') }} as product_key,
        categories.category,
        {{ coterie.clean_number('raw_order_lines.quantity', 'decimal(18, 3)') }} as quantity,
        {{ coterie.clean_number('raw_order_lines.unit_price') }} as unit_price,
        abs({{ coterie.clean_number('raw_order_lines.discount_amount') }}) as discount_amount,
        orders.order_key is not null as has_order,
        coalesce(orders.is_void, false) as is_void,
        orders.exchange_rate
    from raw_order_lines
    left join categories
        on raw_order_lines.category = categories.spelling
    left join orders
        on
            {{ coterie.trim_text('raw_order_lines.source_system') }} = orders.source_system
            and {{ coterie.trim_text('raw_order_lines.order_key') }} = orders.order_key
),

priced as {{ coterie.not_materialized() }} (
    select
        *,
        cast(quantity * unit_price as decimal(18, 4)) as gross_in_order_currency
    from cleaned
),

judged as {{ coterie.not_materialized() }} (
    select
        *,
        case
            when source_system is null or order_key is null or line_number is null then 'missing_key'
            -- without its order nothing is known of what a sign means
            when not has_order then 'unknown_order'
            when quantity is null then 'unparsable_number'
            when quantity < 0 and not is_void then 'negative_quantity'
            when unit_price < 0 and not is_void then 'negative_amount'
        end as reason_code
    from priced
),

{{ coterie.settle_rows('order_lines', keys=['source_system', 'order_key', 'line_number'], streams=true) }}

select
    source_system,
    order_key,
    line_number,
    product_key,
    category,
    quantity,
    unit_price,
    discount_amount,
    cast(gross_in_order_currency * exchange_rate as decimal(18, 4)) as gross_amount,
    cast((gross_in_order_currency - coalesce(discount_amount, 0)) * exchange_rate as decimal(18, 4)) as net_amount,
    {{ coterie.settled_columns('order_lines', ['source_system', 'order_key', 'line_number']) }}
from settled
