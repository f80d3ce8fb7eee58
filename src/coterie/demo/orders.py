"""Orders and their lines: a purchase process with heterogeneous rates and true dropout."""

from coterie.demo.customer_types import CATEGORIES, TYPES
from coterie.demo.damage import UNPARSABLE_DATES, UNPARSABLE_NUMBERS, damage_of, spelled
from coterie.demo.dates import by_system, canonical, other_spelling
from coterie.demo.people import second_of_day
from coterie.demo.randomness import (
    normal,
    pick,
    pick_by_type,
    salt,
    uniform,
    whole,
)
from coterie.demo.spellings import CATEGORIES as CATEGORY_SPELLINGS
from coterie.demo.spellings import VALUES

# Orders whose rejection takes their lines along.
REJECTED_KINDS = (
    "missing_key",
    "missing_date",
    "unparsable_date",
    "in_the_future",
    "unparsable_number",
    "negative_amount",
    "unknown_currency",
)


def orders_query() -> str:
    """One row per order of the chunk, clean, with ``state`` and ``damage``.

    On each day of life a person buys with probability rate x weight of the day (weekends and
    month-ends weigh by type, one on average), and once for certain on the first day.
    """
    day_state = f"child_state(mixed(people.state, {salt('orders')}), calendar.day_number)"
    return f"""
with bought as (
    select
        people.person_id,
        calendar.day_number,
        calendar.day_at,
        {day_state} as state
    from chunk_people as people
    inner join calendar
        on
            people.type_number = calendar.type_number
            and calendar.day_number between people.first_day and people.last_day
    where
        people.purchase_rate_per_day > 0
        and (
            calendar.day_number = people.first_day
            or {uniform(day_state, "buys")} < people.purchase_rate_per_day * calendar.weight
        )
),
placed as (
    select
        bought.*,
        people.* exclude (person_id, state),
        day_at + to_seconds({second_of_day("type_number", "bought.state")}) as ordered_at,
        {pick_by_type([kind.channels for kind in TYPES], "type_number", "bought.state", "channel")}
            as channel,
        {uniform("bought.state", "fate")} as fate
    from bought
    inner join chunk_people as people on bought.person_id = people.person_id
),
settled as (
    select
        *,
        case
            when shop_at is null then 'crm'
            when channel in ('store', 'phone') and crm_at <= ordered_at then 'crm'
            else 'shop'
        end as source_system,
        case
            when fate < return_share then 'returned'
            when fate < return_share + 0.03 then 'cancelled'
            else 'delivered'
        end as fate_status,
        ordered_at + to_seconds(case
            when fate < return_share then 432000 + {whole("state", "return", 2000000)}
            when fate < return_share + 0.03 then 1800 + {whole("state", "cancel", 100000)}
            when channel in ('store', 'phone') then 600
            else 86400 + {whole("state", "delivery", 300000)}
        end) as fate_at,
        1 + least(11, cast(floor(
            -ln(1 - {uniform("state", "lines")}) * (lines_per_order - 0.5)
        ) as bigint)) as line_count
    from placed
),
dated as (
    select
        *,
        case source_system when 'crm' then crm_key else shop_key end as contact_key,
        case source_system when 'crm' then 'K' else 'W' end || (person_id * 4096 + day_number)
            as order_key,
        case when fate_at < period_end then fate_status
            when ordered_at + interval 12 hour < period_end then 'shipped'
            when {uniform("state", "unpaid")} < 0.2 then 'placed'
            else 'paid' end as status,
        case when fate_at < period_end then fate_at
            when ordered_at + interval 12 hour < period_end then ordered_at + interval 12 hour
            else ordered_at end as updated_at
    from settled, period
),
voided as (
    select
        *,
        status in ('returned', 'cancelled') as is_void,
        -- The CRM books some returns as negative orders.
        case
            when status = 'returned' and source_system = 'crm'
                and {uniform("state", "booked back")} < 0.5 then -1
            else 1
        end as sign
    from dated
)
select
    *,
    {damage_of("orders", "state")} as damage
from voided"""


def lines_query() -> str:
    """One row per order line of the chunk, clean, with ``state`` and ``damage``."""
    return f"""
with numbered as (
    select
        * exclude (state, damage),
        damage as order_damage,
        unnest(range(1, line_count + 1)) as line_number,
        state as order_state
    from chunk_orders
),
drawn as (
    select
        *,
        child_state(order_state, line_number) as state
    from numbered
),
chosen as (
    select
        *,
        {pick_by_type([kind.categories for kind in TYPES], "type_number", "state", "category")}
            as product_category,
        sign * (
            1
            + cast({uniform("state", "second unit")} < 0.25 as integer)
            + cast({uniform("state", "third unit")} < 0.08 as integer)
        ) * case when order_damage = 'outlier' then 40 else 1 end as quantity,
        cast(price_level * price_factor * exp(0.4 * {normal("state", "price")}) as decimal(18, 2))
            as unit_price
    from drawn
),
discounted as (
    select
        *,
        case when {uniform("state", "category missing")} >= 0.01 then product_category end
            as category,
        case when {uniform("state", "is discounted")} < discount_share
            then cast(abs(quantity) * unit_price * (0.1 + 0.3 * {uniform("state", "discount")})
                as decimal(18, 2)) end as discount_amount
    from chosen
)
select
    *,
    case
        when order_damage in ({", ".join(f"'{kind}'" for kind in REJECTED_KINDS)})
            then 'rejected_order'
        else {damage_of("order_lines", "state")}
    end as damage
from discounted"""


def raw_lines_query() -> str:
    """Order lines as the source systems write them, damage done."""
    first_codes = {category: code for code, category in enumerate(CATEGORIES)}
    codes = " ".join(f"when '{name}' then {code}" for name, code in first_codes.items())
    return f"""
select
    source_system,
    case damage when 'unknown_order' then 'LOST-' || order_key else order_key end as order_key,
    case when damage <> 'missing_key' or damage is null then cast(line_number as varchar) end
        as line_number,
    'P' || (case product_category {codes} end * 1000 + {whole("state", "product", 400)})
        as product_key,
    {spelled("category", CATEGORY_SPELLINGS)},
    case damage
        when 'unparsable_number' then {pick(UNPARSABLE_NUMBERS, "state", "no number")}
        when 'negative_quantity' then '-' || quantity
        else cast(quantity as varchar)
    end as quantity,
    cast(unit_price as varchar) as unit_price,
    cast(discount_amount as varchar) as discount_amount,
    damage,
    case damage when 'category_spelling' then category end as expected_value
from chunk_lines"""


def raw_orders_query() -> str:
    """Orders as the source systems write them, damage done."""
    future = "period_end + (ordered_at - period_start) + interval 40 day"
    later = "greatest(updated_at, ordered_at + interval 1 minute)"
    return f"""
with totals as (
    select
        source_system,
        order_key,
        sum(quantity * unit_price - sign * coalesce(discount_amount, 0)) as total_amount
    from chunk_lines
    group by 1, 2
),
orders as (
    select
        chunk_orders.*,
        cast(totals.total_amount as decimal(18, 2)) as total_amount
    from chunk_orders
    inner join totals
        on
            chunk_orders.source_system = totals.source_system
            and chunk_orders.order_key = totals.order_key
)
select
    source_system,
    case when damage = 'missing_key' then null else order_key end as order_key,
    case damage
        when 'no_contact' then null
        when 'unknown_contact' then contact_key || '-ghost'
        else contact_key
    end as contact_key,
    case damage
        when 'missing_date' then null
        when 'unparsable_date' then {pick(UNPARSABLE_DATES, "state", "no date")}
        when 'in_the_future' then {by_system(future)}
        when 'date_spelling' then {other_spelling("ordered_at", "state")}
        else {by_system("ordered_at")}
    end as ordered_at,
    {spelled("status", VALUES["status"])},
    case damage
        when 'unknown_currency' then {pick(("XXX", "FRF", "???", "BTC"), "state", "currency noise")}
        when 'currency_spelling' then case {whole("state", "currency case", 2)}
            when 0 then lower(currency) else ' ' || currency || ' ' end
        when 'currency_missing' then null
        else currency
    end as currency,
    case damage
        when 'unparsable_number' then {pick(UNPARSABLE_NUMBERS, "state", "no number")}
        when 'negative_amount' then '-' || abs(total_amount)
        else cast(total_amount as varchar)
    end as total_amount,
    {spelled("channel", VALUES["channel"])},
    case
        when damage = 'superseded' then {by_system(later)}
        else {by_system("updated_at")}
    end as updated_at,
    damage,
    case damage
        when 'date_spelling' then {canonical("ordered_at")}
        when 'status_spelling' then status
        when 'channel_spelling' then channel
        when 'currency_spelling' then currency
        when 'currency_missing' then currency
    end as expected_value
from orders"""


def older_orders_query() -> str:
    """Give the earlier version of a superseded order: same key, just placed."""
    return f"""
select
    raw_orders.source_system, raw_orders.order_key, raw_orders.contact_key,
    raw_orders.ordered_at, 'placed' as status, raw_orders.currency, raw_orders.total_amount,
    raw_orders.channel, raw_orders.ordered_at as updated_at
from ({raw_orders_query()}) as raw_orders
where raw_orders.damage = 'superseded'"""
