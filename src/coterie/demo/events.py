"""Visits and their events: what people and passers-by do on the site and in the app."""

from coterie.demo.customer_types import TYPES
from coterie.demo.damage import UNPARSABLE_DATES, damage_of
from coterie.demo.dates import canonical, other_spelling, zulu
from coterie.demo.people import second_of_day
from coterie.demo.randomness import choose, pick, pick_by_type, salt, uniform, whole
from coterie.demo.spellings import COUNTRIES, VALUES

# Seconds between two events of a visit that ends in a purchase.
PURCHASE_STEP = 40
MOST_EVENTS = 15


def visits_query(first: int, last: int, days: int) -> str:
    """One row per visit of the chunk: days of browsing, online orders, and passers-by.

    A visit is anonymous until its login; the device key ties its events together, and to the
    person once any visit of that device logged in. Passers-by never do.
    """
    day_state = f"child_state(mixed(people.state, {salt('visits')}), calendar.day_number)"
    order_state = f"mixed(orders.state, {salt('order visit')})"
    visitor_state = f"child_state(mixed(people.state, {salt('passer-by')}), 1)"
    device = pick_by_type(
        [kind.devices for kind in TYPES], "people.type_number", "visits.state", "device"
    )
    campaign_number = whole(
        "state", "campaign number", "greatest(1, date_diff('day', period_start, started_at) // 10)"
    )
    return f"""
with browsing as (
    select
        people.person_id,
        people.person_id * 16384 + calendar.day_number * 4 as visit_id,
        {day_state} as state,
        calendar.day_at,
        cast(null as timestamp) as ordered_at,
        cast(null as varchar) as channel,
        false as is_passer_by
    from chunk_people as people
    inner join calendar
        on
            people.type_number = calendar.type_number
            and calendar.day_number between people.first_day and people.last_day
    where {uniform(day_state, "visits")} < people.visit_rate_per_day * calendar.weight
),
buying as (
    select
        person_id,
        person_id * 16384 + day_number * 4 + 1 as visit_id,
        {order_state} as state,
        day_at,
        ordered_at,
        channel,
        false as is_passer_by
    from chunk_orders as orders
    where channel in ('web', 'app')
),
passing_by as (
    select
        person_id,
        person_id * 16384 + 2 as visit_id,
        {visitor_state} as state,
        period_start + to_days(cast({whole(visitor_state, "day", days)} as integer)) as day_at,
        cast(null as timestamp) as ordered_at,
        cast(null as varchar) as channel,
        true as is_passer_by
    from chunk_people as people, period
    where {uniform("people.state", "passer-by")} < 0.4
),
visits as (
    select * from browsing
    union all
    select * from buying
    union all
    select * from passing_by
),
typed as (
    select
        visits.*,
        people.type_number,
        people.customer_type,
        people.state as person_state,
        people.country,
        people.postal_code,
        people.shop_key,
        people.shop_at,
        people.campaign_share,
        people.price_level,
        case
            when is_passer_by then 1 + {whole("visits.state", "events", 3)}
            else least({MOST_EVENTS}, case when ordered_at is null then 1 else 3 end + cast(floor(
                -ln(1 - {uniform("visits.state", "events")}) * (events_per_visit - 0.5)
            ) as bigint))
        end as event_count,
        case
            when channel = 'app' then 'mobile'
            when {uniform("visits.state", "odd device")} < 0.004 then 'other'
            else {device}
        end as device_type
    from visits
    inner join chunk_people as people on visits.person_id = people.person_id
),
placed as (
    select
        *,
        case
            when ordered_at is not null
                then ordered_at - to_seconds({PURCHASE_STEP} * (event_count - 1))
            else day_at + to_seconds({second_of_day("type_number", "state")})
        end as started_at,
        case
            when ordered_at is null then 15 + {whole("state", "step", 50)} else {PURCHASE_STEP}
        end as step,
        channel = 'app' or (
            device_type = 'mobile' and channel is null and not is_passer_by
            and customer_type = 'night_browser' and {uniform("state", "in the app")} < 0.7
        ) as is_in_app,
        case device_type when 'mobile' then 1 when 'desktop' then 2 when 'tablet' then 3 else 4 end
            as device_number
    from typed
)
select
    visit_id,
    case when not is_passer_by then person_id end as person_id,
    state,
    started_at,
    step,
    event_count,
    ordered_at,
    device_type,
    case when coalesce(is_in_app, false)
        then case when {uniform("person_state", "phone make")} < 0.5 then 'ios' else 'android' end
        else 'web' end as platform,
    -- One device in ten loses its cookie halfway: from then on it is another device.
    case
        when is_passer_by then 'x' || (person_id * 97 + 31)
        else 'd' || ((person_id * 16 + device_number + case
            when {uniform("person_state", "loses cookie")} < 0.1
                and day_at >= period_start + to_days({days // 2}) then 8
            else 0 end) * 31 + 7)
    end as anonymous_key,
    case
        when is_passer_by or shop_key is null then 99
        when ordered_at is not null then greatest(2, event_count - 2)
        when coalesce(is_in_app, false) then 1
        when {uniform("state", "logs in")} < 0.35 then 2
        else 99
    end as login_number,
    shop_key,
    shop_at,
    country,
    case when {uniform("state", "located")} < 0.35 then postal_code end as postal_code,
    case when not is_passer_by and {uniform("state", "campaign")} < campaign_share
        then 'c' || lpad(cast(1 + {campaign_number} as varchar), 3, '0')
    end as campaign_key,
    {pick_by_type([kind.categories for kind in TYPES], "type_number", "state", "topic")} as topic,
    price_level
from placed, period"""


def raw_events_query() -> str:
    """Events as the web tracker writes them, damage done. Visits are unfolded on the fly."""
    return f"""
with numbered as (
    select
        *,
        unnest(range(1, event_count + 1)) as event_number
    from chunk_visits
),
drawn as (
    select
        *,
        child_state(state, event_number) as event_state,
        started_at + to_seconds((event_number - 1) * step) as happened_at,
        event_number >= login_number as is_known
    from numbered
),
damaged as (
    select
        *,
        {damage_of("events", "event_state")} as damage
    from drawn
)
select
    'shop' as source_system,
    case when damage is null or damage <> 'missing_key'
        then 'e' || (visit_id * 16 + event_number) end as event_key,
    case
        when damage = 'unknown_contact' then 'S-ghost-' || visit_id
        when is_known and happened_at >= shop_at then shop_key
    end as contact_key,
    case when not is_known or {uniform("event_state", "cookie refused")} >= 0.02
        then anonymous_key end as anonymous_key,
    case
        when damage is null then {zulu("happened_at")}
        when damage = 'missing_date' then null
        when damage = 'unparsable_date' then {pick(UNPARSABLE_DATES, "event_state", "no date")}
        when damage = 'in_the_future' then {zulu("happened_at + interval 900 day")}
        when damage = 'date_spelling' then {other_spelling("happened_at", "event_state")}
        else {zulu("happened_at")}
    end as event_at,
    case
        when event_number = event_count and ordered_at is not null then 'purchase'
        when event_number = event_count - 1 and ordered_at is not null then 'add_to_cart'
        when event_number = login_number then 'login'
        when event_number = 1 then 'page_view'
        else {
        pick(
            (
                "product_view",
                "product_view",
                "product_view",
                "product_view",
                "search",
                "page_view",
                "page_view",
                "add_to_cart",
            ),
            "event_state",
            "event type",
        )
    }
    end as event_type,
    case
        when damage = 'device_type_spelling'
            then {
        choose(VALUES["device_type"], "device_type", "event_state", "device noise", "device_type")
    }
        else device_type
    end as device_type,
    platform,
    case
        when event_number = 1 then {
        pick(("home", "home", "article", "landing", "help"), "event_state", "page")
    }
        when event_number = login_number then 'account'
        else topic
    end as content_type,
    campaign_key,
    postal_code,
    case
        when damage = 'country_spelling'
            then {choose(COUNTRIES, "country", "event_state", "country noise", "country")}
        else country
    end as country,
    case
        when event_number = event_count and ordered_at is not null
            then cast(cast(price_level * (0.5 + 2 * {
        uniform("event_state", "basket")
    }) as decimal(18, 2)) as varchar)
        when event_number > 1 then cast(3 + {whole("event_state", "seconds", 180)} as varchar)
    end as value,
    damage,
    case damage
        when 'date_spelling' then {canonical("happened_at")}
        when 'device_type_spelling' then device_type
        when 'country_spelling' then country
    end as expected_value
from damaged"""
