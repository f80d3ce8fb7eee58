"""What personas say of orders, spend and times, held against the accepted rows themselves."""

import math
import re
from collections.abc import Callable

# As the settings of the demo have them.
KNOWN_MIN = 0.5
UNKNOWN = {"en": "unknown", "fr": "inconnu"}
NO_TIME = {"en": "no particular time", "fr": "aucun moment particulier"}
CHANNEL = {"en": "{} of the orders {}", "fr": "{} des commandes {}"}
BASKET = {
    "en": r"([\d.]+) items per order, (\d+) EUR per item"
    r"(?:, largest part (.+) \((.+) of the spend\))?",
    "fr": r"([\d,]+) articles par commande, (\d+) EUR par article"
    r"(?:, premier poste : (.+) \((.+) des dépenses\))?",
}
TIME = {"en": "more than others {}", "fr": "plus que les autres {}"}

# Nothing here comes from customer_days or customer_features, which the words are made of.
ORDERS = """
    select
        i.customer_id,
        o.source_system,
        o.order_key,
        o.channel,
        isodow(o.ordered_at) >= 6 as weekend,
        datediff('day', cast(o.ordered_at as date), last_day(o.ordered_at)) < 5 as month_end
    from staging.stg_orders as o
    inner join identity.customer_identities as i using (source_system, contact_key)
    cross join (select max(as_of_date) as today from marts.customer_segments)
    where
        o.revenue >= 0
        and cast(o.ordered_at as date) between today - 364 and today
        and not (o.is_void and cast(o.status_known_at as date) <= today)
"""
LINES = f"""
    select
        o.customer_id,
        coalesce(l.category, '') as category,
        l.quantity,
        greatest(l.net_amount, 0) as amount
    from staging.stg_order_lines as l
    inner join ({ORDERS}) as o using (source_system, order_key)
    where l.quantity > 0 and l.gross_amount >= 0
"""
EVENTS = """
    select
        customer_id,
        hour(event_at) between 18 and 21 as evening,
        hour(event_at) >= 22 or hour(event_at) < 6 as night
    from features.customer_events
    cross join (select max(as_of_date) as today from marts.customer_segments)
    where activity_date between today - 364 and today and known_date <= today
"""
MEMBERS = """
    select customer_id, segment_id from marts.customer_segments where segment_id is not null
    union all
    select customer_id, macro_segment_id from marts.customer_segments
    where macro_segment_id is not null
    union all
    select customer_id, micro_segment_id from marts.customer_segments
    where micro_segment_id is not null
    union all
    select customer_id, 'all' from marts.customer_segments where segment_id is not null
"""


def percent(share: float) -> dict[str, str]:
    """A share as the words have it, in each language."""
    if 0 < share < 0.005:
        return {"en": "less than 1 %", "fr": "moins de 1 %"}
    return dict.fromkeys(("en", "fr"), f"{math.floor(100 * share + 0.5)} %")


def largest(parts: dict[str, float]) -> list[str]:
    """Names of the largest parts; what has no name is none of them."""
    named = {name: value for name, value in parts.items() if name}
    return [name for name, value in named.items() if value == max(named.values())]


def check_personas(query: Callable[[str], list[tuple]]) -> dict[str, int]:
    """Assert that each sentence of each segment is true; how many sentences said something."""

    def by_segment(facts: str, figures: str) -> dict[str, tuple]:
        rows = query(
            f"select segment_id, {figures} from ({MEMBERS}) inner join ({facts}) "
            "using (customer_id) group by 1"
        )
        return {segment: tuple(values) for segment, *values in rows}

    def parts(facts: str, kind: str, figure: str) -> dict[str, dict[str, float]]:
        rows = query(
            f"select segment_id, {kind}, {figure} from ({MEMBERS}) inner join ({facts}) "
            "using (customer_id) group by 1, 2"
        )
        found: dict[str, dict[str, float]] = {}
        for segment, name, value in rows:
            found.setdefault(segment, {})[name] = float(value)
        return found

    sizes = dict(query(f"select segment_id, count(*) from ({MEMBERS}) group by 1"))
    phrases: dict[tuple, str] = {
        (kind, feature, language): phrase
        for kind, feature, language, phrase in query(
            "select kind, feature, language, phrase from reference.persona_phrases"
        )
    }
    orders = by_segment(
        ORDERS,
        "count(*), count(distinct customer_id), "
        "count_if(weekend) / count(*), count_if(month_end) / count(*)",
    )
    lines = by_segment(
        LINES,
        "sum(quantity), sum(amount), count(distinct customer_id), "
        "count(distinct case when category <> '' and amount > 0 then customer_id end)",
    )
    events = by_segment(
        EVENTS,
        "count(distinct customer_id), count_if(evening) / count(*), count_if(night) / count(*)",
    )
    channels = parts(ORDERS, "coalesce(channel, '')", "count(*)")
    categories = parts(LINES, "category", "sum(amount)")
    times = {
        "share_orders_weekend_365d": (orders, 1, 2),
        "share_orders_month_end_365d": (orders, 1, 3),
        "share_events_evening_365d": (events, 0, 1),
        "share_events_night_365d": (events, 0, 2),
    }
    said = dict.fromkeys(("channel", "basket", "category", "time"), 0)
    rows = query(
        "select segment_id, language, typical_channel, typical_basket, typical_time "
        "from marts.segment_personas order by 1, 2"
    )
    assert rows
    assert {segment for segment, *_ in rows} == set(sizes) - {"all"}
    for segment, language, channel, basket, time in rows:
        enough = KNOWN_MIN * sizes[segment]
        count, buyers, *_ = orders.get(segment, (0, 0))
        items, spend, priced, categorised = lines.get(segment, (0, 0, 0, 0))

        if buyers < enough or not buyers:
            assert channel == UNKNOWN[language], (segment, channel)
        else:
            true = {
                CHANNEL[language].format(
                    percent(channels[segment][name] / count)[language],
                    phrases["channel", f"share_orders_{name}_365d", language],
                )
                for name in largest(channels[segment])
            }
            assert channel in true, (segment, channel, true)
            said["channel"] += 1

        if min(buyers, priced) < enough or not priced:
            assert basket == UNKNOWN[language], (segment, basket)
        else:
            matched = re.fullmatch(BASKET[language], basket)
            assert matched, basket
            per_order, price, category, share = matched.groups()
            assert float(per_order.replace(",", ".")) == (
                math.floor(float(items) / count * 10 + 0.5) / 10
            ), (segment, basket)
            assert int(price) == math.floor(float(spend) / float(items) + 0.5), (segment, basket)
            said["basket"] += 1
            if categorised < enough or not categorised:
                assert category is None, (segment, basket)
            else:
                true = {
                    (
                        phrases["category", f"share_{name}_365d", language],
                        percent(categories[segment][name] / float(spend))[language],
                    )
                    for name in largest(categories[segment])
                }
                assert (category, share) in true, (segment, basket, true)
                said["category"] += 1

        if time != NO_TIME[language]:
            [feature] = [
                feature
                for feature in times
                if time == TIME[language].format(phrases["time", feature, language])
            ]
            facts, customers, value = times[feature]
            assert facts[segment][customers] >= enough, (segment, time)
            assert facts[segment][value] > facts["all"][value], (segment, time)
            said["time"] += 1
    return said
