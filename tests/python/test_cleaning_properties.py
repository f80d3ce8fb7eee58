"""Properties of the cleaning macros on generated values: cleaning twice is cleaning once.

dbt compiles every macro once; the SQL then runs in DuckDB on batches of values from hypothesis.
"""

import datetime as dt
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]

FRENCH_PLAN = "(select '33' as calling_code, '0' as trunk_prefix, 9 as min_length, 9 as max_length)"
PHONE = """
    select given, case
        when digits like '+%' and code <> '33' then {generic}
        else {french}
    end as cleaned
    from (
        select given, digits, {code} as code
        from (select given, {digits} as digits from given_values) as numbers
    ) as coded
    cross join {plan} as french
    cross join (select cast(null as varchar) as calling_code, null as trunk_prefix,
        null as min_length, null as max_length) as no_plan
"""

# name: SQL expression of the macro over the column `given`, as text
MACROS = {
    "clean_key": "{{ coterie.clean_key('given') }}",
    "clean_text": "{{ coterie.clean_text('given') }}",
    "match_words": "{{ coterie.match_words('given') }}",
    "match_name": "{{ coterie.match_name('given') }}",
    "match_city": "{{ coterie.match_city('given') }}",
    "clean_email": "{{ coterie.clean_email('given') }}",
    "clean_boolean": "cast({{ coterie.clean_boolean('given') }} as varchar)",
    "clean_number": "cast({{ coterie.clean_number('given') }} as varchar)",
    "clean_timestamp": "cast({{ coterie.clean_timestamp('given') }} as varchar)",
    "clean_date": "cast({{ coterie.clean_date('given') }} as varchar)",
    "clean_postal_code": "{{ coterie.clean_postal_code('given', \"'FR'\") }}",
}
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

# What people type, with blanks, accents, punctuation and letters of other scripts.
TYPED = st.text(
    st.sampled_from(" \t\u00a0'\u2019.,;:/-_+()@&!?0123456789")
    | st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F)
    | st.sampled_from("αβγΔЖжשم漢字éÉßœŒæÆłŁøØıİ"),
    max_size=25,
)
PARTS = st.text("abcXYZ019.-_+é ", min_size=1, max_size=8)
EMAILS = st.builds("{}@{}.{}".format, PARTS, PARTS, st.sampled_from(["fr", "COM", " org", "f"]))
PHONES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "0", "+33 ", "+33 (0)", "0033", "33", "+330", "+44 ", "tel: 0", "+"]),
    st.text("0123456789 .-/", min_size=4, max_size=18),
)
NUMBERS = st.text("0123456789.,- '€+eE", max_size=12)
MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2199, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
TIMES = st.builds(
    "{}{}{}".format,
    MOMENTS.map(str) | MOMENTS.map(lambda moment: moment.strftime("%d/%m/%Y %H:%M")),
    st.sampled_from(["", ".5", ".123456"]),
    st.sampled_from(["", "Z", "+02:00", "-0530", " UTC", "+2"]),
) | st.text("0123456789-/: TZ+", max_size=22)
VALUES = {
    "clean_email": TYPED | EMAILS,
    "clean_phone": TYPED | PHONES,
    "clean_number": TYPED | NUMBERS,
    "clean_timestamp": TYPED | TIMES,
    "clean_date": TYPED | TIMES,
    "clean_postal_code": TYPED | st.text("0123456789 ab", max_size=7),
    "clean_boolean": TYPED | st.sampled_from(["Oui", " NO ", "vrai", "0", "True", "maybe"]),
    "match_city": TYPED | st.builds("St {} cedex {} 3e".format, TYPED, TYPED),
}


@pytest.fixture(scope="module")
def cleaners(tmp_path_factory) -> dict[str, str]:
    """Give a query over given_values (given) for each macro: given, cleaned."""
    folder = tmp_path_factory.mktemp("cleaning")
    # Named as the package, so that macros called by its name are found.
    project = {"name": "coterie", "version": "0.1.0", "profile": "cleaning"}
    output = {"type": "duckdb", "path": ":memory:"}
    folder.joinpath("dbt_project.yml").write_text(yaml.safe_dump(project))
    folder.joinpath("profiles.yml").write_text(
        yaml.safe_dump({"cleaning": {"target": "duckdb", "outputs": {"duckdb": output}}})
    )
    shutil.copytree(
        ROOT / "macros", folder / "macros", ignore=shutil.ignore_patterns("_*__macros.yml")
    )
    models = folder / "models"
    models.mkdir()
    for name, expression in MACROS.items():
        models.joinpath(f"{name}.sql").write_text(
            f"select given, {expression} as cleaned from given_values"
        )
    models.joinpath("clean_phone.sql").write_text(
        PHONE.format(
            digits="{{ coterie.phone_digits('given') }}",
            code="{{ coterie.phone_calling_code('digits') }}",
            french="{{ coterie.clean_phone('digits', 'french') }}",
            generic="{{ coterie.clean_phone('digits', 'no_plan') }}",
            plan=FRENCH_PLAN,
        )
    )
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "compile",
            *("--profiles-dir", ".", "--target-path", "target", "--log-path", "logs"),
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    compiled = folder / "target/compiled/coterie/models"
    return {path.stem: path.read_text() for path in compiled.glob("*.sql")}


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
