"""The six latent customer types: what a segmentation of the demo should find again."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

CATEGORIES = (
    "fashion",
    "home",
    "beauty",
    "electronics",
    "sports",
    "toys",
    "books",
    "garden",
    "food",
    "other",
)

QUESTIONS = (
    "price_sensitivity",
    "quality",
    "novelty",
    "loyalty",
    "sustainability",
    "convenience",
    "advice",
    "social",
)


@dataclass(frozen=True)
class CustomerType:
    """How one type of customer behaves; rates are per day of life."""

    name: str
    share: float
    purchase_rate: float
    dropout_hazard: float
    visit_rate: float
    events_per_visit: float
    weekend_weight: float
    month_end_weight: float
    lines_per_order: float
    price_level: float
    discount_share: float
    return_share: float
    open_share: float
    click_share: float
    campaign_share: float
    age: int
    city_size_tilt: float
    store_distance_km: float
    hours: Mapping[object, float]
    devices: Mapping[object, float]
    channels: Mapping[object, float]
    categories: Mapping[object, float]
    answers: tuple[float, ...]


def _around(*hours: int) -> dict[object, float]:
    """Weights of hours: most at the given ones, some an hour beside, a little all day."""
    weights: dict[object, float] = dict.fromkeys(range(7, 24), 0.15)
    for hour in hours:
        for step, weight in ((-1, 1.0), (0, 3.0), (1, 1.0)):
            beside = (hour + step) % 24
            weights[beside] = weights.get(beside, 0.0) + weight
    return weights


def _mostly(**weights: float) -> dict[object, float]:
    """Category weights: the given ones, and a little of all others."""
    return {category: weights.get(category, 0.02) for category in CATEGORIES}


TYPES: tuple[CustomerType, ...] = (
    CustomerType(
        name="bargain_hunter",
        share=0.18,
        purchase_rate=0.024,
        dropout_hazard=0.00038,
        visit_rate=0.038,
        events_per_visit=5.5,
        weekend_weight=0.8,
        month_end_weight=1.0,
        lines_per_order=2.2,
        price_level=14.0,
        discount_share=0.78,
        return_share=0.08,
        open_share=0.45,
        click_share=0.40,
        campaign_share=0.60,
        age=36,
        city_size_tilt=1.0,
        store_distance_km=9.0,
        hours=_around(11, 13, 14, 15),
        devices={"desktop": 0.66, "mobile": 0.28, "tablet": 0.06},
        channels={"web": 0.88, "app": 0.04, "marketplace": 0.06, "store": 0.02},
        categories=_mostly(fashion=0.45, other=0.22, beauty=0.15, sports=0.08),
        answers=(4.7, 2.4, 3.2, 1.9, 2.3, 3.3, 2.4, 3.0),
    ),
    CustomerType(
        name="weekend_family",
        share=0.18,
        purchase_rate=0.018,
        dropout_hazard=0.00022,
        visit_rate=0.022,
        events_per_visit=5.0,
        weekend_weight=5.0,
        month_end_weight=1.0,
        lines_per_order=4.4,
        price_level=24.0,
        discount_share=0.30,
        return_share=0.05,
        open_share=0.28,
        click_share=0.18,
        campaign_share=0.15,
        age=40,
        city_size_tilt=0.7,
        store_distance_km=12.0,
        hours=_around(9, 10, 16, 17),
        devices={"tablet": 0.58, "mobile": 0.27, "desktop": 0.15},
        channels={"web": 0.78, "app": 0.10, "store": 0.12},
        categories=_mostly(toys=0.42, home=0.28, food=0.12, sports=0.08),
        answers=(3.2, 3.6, 2.6, 3.2, 3.5, 4.7, 2.9, 2.5),
    ),
    CustomerType(
        name="night_browser",
        share=0.17,
        purchase_rate=0.018,
        dropout_hazard=0.00038,
        visit_rate=0.035,
        events_per_visit=5.5,
        weekend_weight=1.2,
        month_end_weight=1.0,
        lines_per_order=1.5,
        price_level=32.0,
        discount_share=0.22,
        return_share=0.14,
        open_share=0.12,
        click_share=0.10,
        campaign_share=0.10,
        age=25,
        city_size_tilt=1.3,
        store_distance_km=6.0,
        hours=_around(22, 23, 0, 1),
        devices={"mobile": 0.94, "desktop": 0.04, "tablet": 0.02},
        channels={"app": 0.82, "web": 0.18},
        categories=_mostly(beauty=0.45, fashion=0.30, electronics=0.10),
        answers=(3.0, 2.8, 4.8, 2.2, 3.0, 3.7, 2.0, 4.7),
    ),
    CustomerType(
        name="payday_planner",
        share=0.16,
        purchase_rate=0.015,
        dropout_hazard=0.00022,
        visit_rate=0.013,
        events_per_visit=4.5,
        weekend_weight=0.8,
        month_end_weight=7.0,
        lines_per_order=1.4,
        price_level=170.0,
        discount_share=0.06,
        return_share=0.05,
        open_share=0.10,
        click_share=0.10,
        campaign_share=0.04,
        age=45,
        city_size_tilt=1.0,
        store_distance_km=10.0,
        hours=_around(18, 19, 20),
        devices={"desktop": 0.88, "mobile": 0.10, "tablet": 0.02},
        channels={"web": 0.90, "phone": 0.03, "store": 0.07},
        categories=_mostly(electronics=0.62, sports=0.20, home=0.06),
        answers=(3.4, 4.5, 3.6, 2.6, 2.6, 3.0, 3.0, 1.8),
    ),
    CustomerType(
        name="store_regular",
        share=0.16,
        purchase_rate=0.030,
        dropout_hazard=0.00015,
        visit_rate=0.008,
        events_per_visit=4.0,
        weekend_weight=0.35,
        month_end_weight=1.0,
        lines_per_order=3.2,
        price_level=9.0,
        discount_share=0.15,
        return_share=0.01,
        open_share=0.18,
        click_share=0.05,
        campaign_share=0.05,
        age=67,
        city_size_tilt=0.6,
        store_distance_km=1.2,
        hours=_around(9, 10, 11),
        devices={"desktop": 0.55, "tablet": 0.25, "mobile": 0.20},
        channels={"store": 0.80, "phone": 0.12, "web": 0.08},
        categories=_mostly(food=0.52, garden=0.34),
        answers=(3.6, 3.8, 1.7, 4.6, 3.3, 3.1, 4.6, 1.6),
    ),
    CustomerType(
        name="devoted_reader",
        share=0.15,
        purchase_rate=0.023,
        dropout_hazard=0.00015,
        visit_rate=0.025,
        events_per_visit=5.0,
        weekend_weight=1.1,
        month_end_weight=1.0,
        lines_per_order=2.4,
        price_level=38.0,
        discount_share=0.12,
        return_share=0.03,
        open_share=0.80,
        click_share=0.55,
        campaign_share=0.25,
        age=54,
        city_size_tilt=1.2,
        store_distance_km=5.0,
        hours=_around(6, 7, 20, 21),
        devices={"mobile": 0.72, "desktop": 0.16, "tablet": 0.12},
        channels={"web": 0.82, "app": 0.10, "store": 0.08},
        categories=_mostly(books=0.62, home=0.16, garden=0.06),
        answers=(2.2, 4.6, 3.4, 4.5, 4.6, 2.9, 3.6, 2.6),
    ),
)


def types_table() -> str:
    """Give the SQL of the table of types: one row per type, its numbers as columns."""
    numeric = [f.name for f in fields(CustomerType) if f.type in ("float", "int", float, int)]
    rows = ",\n    ".join(
        f"({number}, '{kind.name}', "
        + ", ".join(f"{getattr(kind, name)}::double" for name in numeric)
        + ")"
        for number, kind in enumerate(TYPES, start=1)
    )
    columns = ", ".join(["type_number", "customer_type", *numeric])
    return f"select * from (values\n    {rows}\n) as customer_types({columns})"
