"""Properties of the cleaning macros on generated values: cleaning twice is cleaning once.

dbt compiles every macro once; the SQL then runs in DuckDB on batches of values from hypothesis.
"""

import datetime as dt
import re
from decimal import Decimal

import duckdb
import pytest
from cleaning_values import MOMENTS, QUERIES, TYPED, VALUES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rendered_macros import render

DOMAINS = {
    # blanks in the narrow sense: a key is not text, and other white space may tell two apart
    "clean_key": r"(?s)[^ ]|[^ ].*[^ ]",
    "clean_text": r"\S|\S.*\S",
    "match_words": r"\w+( \w+)*",
    "match_name": r"\w+",
    "match_city": r"\w+( \w+)*",
    "clean_email": r"[^@\s]+@[^@\s]+\.[^@\s.]+",
    "clean_boolean": r"true|false",
    "clean_number": r"-?[0-9]+\.[0-9]{4}",
    "clean_timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?",
    "clean_date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "clean_postal_code": r"\S|\S.*\S",
    "clean_phone": r"\+[1-9][0-9]{6,14}",
}


@pytest.fixture(scope="module")
def cleaners(tmp_path_factory) -> dict[str, str]:
    """Give a query over given_values (given) for each macro: given, cleaned."""
    return render(tmp_path_factory.mktemp("cleaning"), QUERIES)


@pytest.fixture(scope="module")
def engine():
    with duckdb.connect() as connection:
        connection.execute("create table given_values (given varchar)")
        yield connection


def clean(engine, cleaners, name: str, values: list[str]) -> list[str | None]:
    """Clean a batch of values, in their order."""
    engine.execute("delete from given_values")
    engine.execute("insert into given_values select unnest(?)", [values])
    cleaned = dict(engine.execute(cleaners[name]).fetchall())
    return [cleaned[value] for value in values]


@pytest.mark.parametrize("name", DOMAINS)
def test_cleaning_twice_is_cleaning_once(engine, cleaners, name):
    seen = set()

    @settings(
        max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(st.lists(VALUES.get(name, TYPED), min_size=20, max_size=60))
    def idempotent(values):
        once = [value for value in clean(engine, cleaners, name, values) if value is not None]
        assert [value for value in once if not re.fullmatch(DOMAINS[name], value)] == []
        assert clean(engine, cleaners, name, once) == once
        seen.update(once)

    idempotent()
    assert seen, "every generated value was cleaned away: nothing was tested"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30), minutes=st.integers(-12 * 60, 14 * 60))
def test_every_spelling_of_a_moment_is_that_moment(engine, cleaners, moments, minutes):
    zone = dt.timezone(dt.timedelta(minutes=minutes))
    for moment in moments:
        utc = moment.replace(tzinfo=dt.UTC)
        spellings = [
            f"{moment}",
            f" {moment} ",
            moment.isoformat() + "Z",
            moment.strftime("%d/%m/%Y %H:%M:%S"),
            utc.astimezone(zone).isoformat(),
        ]
        if utc.timestamp() >= 100_000_000:
            spellings += [str(int(utc.timestamp())), str(int(utc.timestamp()) * 1000)]
        found = clean(engine, cleaners, "clean_timestamp", spellings)
        assert found == [str(moment)] * len(spellings)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.lists(st.decimals(-999_999, 999_999, places=2), min_size=1, max_size=40))
def test_every_spelling_of_a_number_is_that_number(engine, cleaners, numbers):
    for number in numbers:
        spellings = [
            f"{number}",
            f"{number}".replace(".", ","),
            f"{number:,}".replace(",", " ").replace(".", ","),
            f"{number:,}".replace(",", "\u202f").replace(".", ",") + " €",
            f"EUR {number:,}".replace(",", "'"),
        ]
        if abs(number) >= 1000:
            spellings.append(f"{number:,}")
            spellings.append(f"{number:,}".translate(str.maketrans(",.", ".,")))
        found = clean(engine, cleaners, "clean_number", spellings)
        assert [Decimal(value) for value in found] == [number] * len(spellings)
