"""Dimensions: the audience of the guide is one where-clause, and finds what the demo planted."""

import re

import pytest
from dbt_project_runner import ROOT

GUIDE = ROOT / "docs/guides/dimensions.md"

# Rule of the mart, the planted type it must find, and the type it is least true of.
PLANTED = {
    "buys_at_month_end = 'yes'": ("payday_planner", "store_regular"),
    "buys_at_weekend = 'yes'": ("weekend_family", "store_regular"),
    "device = 'mobile'": ("night_browser", "payday_planner"),
    "device = 'tablet'": ("weekend_family", "night_browser"),
    "platform = 'app'": ("night_browser", "payday_planner"),
    "favourite_channel = 'store'": ("store_regular", "night_browser"),
    "favourite_category = 'books'": ("devoted_reader", "night_browser"),
    "age_band = '65+'": ("store_regular", "night_browser"),
    "strongest_attitude = 'price_sensitivity'": ("bargain_hunter", "devoted_reader"),
}

TYPES = """
    select
        customer_identities.customer_id,
        min(people.customer_type) as customer_type
    from identity.customer_identities
    inner join demo_truth.contacts using (source_system, contact_key)
    inner join demo_truth.people using (person_id)
    group by customer_identities.customer_id
    having count(distinct people.person_id) = 1
"""


@pytest.fixture
def shares(connection):
    """Share of the customers of each planted type for whom a rule holds, where it can be judged."""

    def of(rule: str) -> dict[str, float]:
        column = rule.split(" ", maxsplit=1)[0]
        return dict(
            connection.execute(
                f"""
                select customer_type, avg(case when {rule} then 1.0 else 0.0 end)
                from marts.customer_dimensions
                inner join ({TYPES}) as types using (customer_id)
                where {column} <> 'unknown'
                group by customer_type
                """
            ).fetchall()
        )

    return of


@pytest.mark.parametrize("rule", PLANTED)
def test_dimensions_find_what_was_planted(shares, rule):
    found = shares(rule)
    most, least = PLANTED[rule]
    assert max(found, key=found.get) == most
    assert found[most] >= 0.3
    assert found[least] <= 0.2


def test_the_audience_of_the_guide_is_one_where_clause(connection):
    """The query of the guide gives the customers whom the features themselves give."""
    query = re.search(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL).group(1)
    found = {customer for (customer,) in connection.execute(query).fetchall()}
    expected = {
        customer
        for (customer,) in connection.execute(
            """
            select customer_id
            from features.customer_features
            where
                is_current
                and age_years between 18 and 34
                and area_population >= 50000
                and share_events_mobile_365d >= 0.5
                and orders_365d >= 3
                and share_orders_month_end_365d >= 0.5
            """
        ).fetchall()
    }
    assert found == expected
    assert found, "the demo has such customers"


def test_every_customer_has_every_dimension(connection):
    described = connection.execute("describe marts.customer_dimensions").fetchall()
    columns = [row[0] for row in described]
    missing = connection.execute(
        f"select {', '.join(f'count(*) - count({name})' for name in columns)} "
        "from marts.customer_dimensions"
    ).fetchone()
    assert dict(zip(columns, missing, strict=True)) == dict.fromkeys(columns, 0)
