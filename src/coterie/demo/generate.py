"""Writes the demo into a DuckDB file, a chunk of people at a time.

Memory is bounded by the chunk: each chunk's people, contacts, orders, lines and visits are
temporary tables; events and all raw rows stream from there into the file. What a row holds does
not depend on the chunk or on the threads, since every draw depends on the person alone.
"""

from __future__ import annotations

import calendar as months_calendar
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

from coterie.demo import contacts, events, messages, orders, people, profiles, surroundings
from coterie.demo.contract import TABLES
from coterie.demo.customer_types import types_table
from coterie.demo.damage import DAMAGES, damages_table, record_key
from coterie.demo.places import places_table
from coterie.demo.randomness import MACROS
from coterie.warehouse import STORAGE_VERSION, WarehouseError, open_reader

END_DATE = date(2026, 6, 30)
CHUNK_PEOPLE = 20_000
# Order and visit keys hold the day in 12 bits.
MOST_MONTHS = 120

TRUTH_TABLES = {
    "people": (
        "person_id bigint, customer_type varchar, first_active_at timestamp, dropout_at timestamp,"
        " purchase_rate_per_day double, dropout_hazard_per_day double"
    ),
    "contacts": "source_system varchar, contact_key varchar, person_id bigint",
    "devices": "anonymous_key varchar, person_id bigint",
    "damaged_rows": (
        "source_table varchar, record_key varchar, damage varchar, expected varchar,"
        " expected_reason varchar, column_name varchar, expected_value varchar"
    ),
    "settings": (
        "customers bigint, seed bigint, months bigint, generator_fingerprint varchar,"
        " start_date date, end_date date, known_until date"
    ),
}

Report = Callable[[str, int, int], None]


class ForeignTablesError(WarehouseError):
    """The schema ``raw`` holds tables the demo did not make."""


def fingerprint() -> str:
    """Checksum of the generator's own source: another generator may make other rows."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return f"{zlib.crc32(b''.join(source.read_bytes() for source in sources)):08x}"


@dataclass(frozen=True)
class Settings:
    """What a demo is made from; two demos of equal settings are equal."""

    customers: int
    seed: int
    months: int
    generator_fingerprint: str = field(default_factory=fingerprint)

    def __post_init__(self) -> None:
        """Refuse what cannot be made."""
        if self.customers < 1:
            raise ValueError(f"customers must be at least 1, not {self.customers}")
        if not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must lie in 0..2^63 - 1, not {self.seed}")
        if not 1 <= self.months <= MOST_MONTHS:
            raise ValueError(f"months must lie in 1..{MOST_MONTHS}, not {self.months}")

    @property
    def start_date(self) -> date:
        """First day: the day after the same month-end, ``months`` months earlier."""
        month = END_DATE.year * 12 + END_DATE.month - 1 - self.months
        year, number = divmod(month, 12)
        last = months_calendar.monthrange(year, number + 1)[1]
        return date(year, number + 1, last) + timedelta(days=1)

    @property
    def days(self) -> int:
        """Days of the period, the end date included."""
        return (END_DATE - self.start_date).days + 1


@contextmanager
def open_writer(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for writing, in the format that DuckDB 1.4 and later can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    config = {"storage_compatibility_version": STORAGE_VERSION}
    try:
        connection = duckdb.connect(str(path), config=config)
    except duckdb.IOException as error:
        raise WarehouseError(
            f"{path} cannot be opened ({str(error).splitlines()[0]}): "
            "wait until the process that holds it has ended."
        ) from error
    try:
        yield connection
    finally:
        connection.close()


def is_current(path: Path, settings: Settings) -> bool:
    """Whether the warehouse holds a finished demo made from these settings."""
    if not path.exists():
        return False
    with open_reader(path) as connection:
        if "settings" not in _tables(connection, "demo_truth"):
            return False
        columns = {
            row[0]
            for row in connection.execute(
                "select column_name from duckdb_columns()"
                " where schema_name = 'demo_truth' and table_name = 'settings'"
                " and database_name = current_database()"
            ).fetchall()
        }
        wanted = asdict(settings)
        if not columns.issuperset(wanted):
            return False
        found = connection.execute(
            f"select {', '.join(wanted)} from demo_truth.settings"
        ).fetchall()
        return found == [tuple(wanted.values())] and _tables(connection, "raw") >= set(TABLES)


def generate(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    *,
    memory_limit: str = "6GB",
    chunk_people: int = CHUNK_PEOPLE,
    report: Report | None = None,
) -> dict[str, int]:
    """Write the raw tables and the truth, and return the number of rows of each raw table.

    Parameters
    ----------
    connection
        An open warehouse; schemas ``raw`` and ``demo_truth`` are replaced.
    settings
        What to make.
    memory_limit
        DuckDB's limit for its buffers, the bound of the whole run.
    chunk_people
        People per chunk. It changes memory and speed, never the rows.
    report
        Called with (subject, people done, people in all) after each step.
    """
    _refuse_foreign_tables(connection)
    # No table relies on the order of its rows, and keeping it would buffer them.
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set memory_limit = '{memory_limit}'")
    _prepare(connection, settings)
    step = report or (lambda subject, done, total: None)

    _write(connection, "places", surroundings.raw_places_query())
    _write(connection, "daily_weather", surroundings.raw_daily_weather_query(settings.days))
    for first in range(1, settings.customers + 1, chunk_people):
        last = min(first + chunk_people - 1, settings.customers)
        connection.execute("begin")
        for subject, make in _SUBJECTS.items():
            make(connection, settings, first, last)
            step(subject, last, settings.customers)
        connection.execute("commit")
    _drop_chunk(connection)

    # Last of all: without this row the demo counts as unfinished and is made anew.
    values = asdict(settings)
    connection.execute(
        f"insert into demo_truth.settings ({', '.join(values)}, start_date, end_date, known_until)"
        f" values ({', '.join('?' * (len(values) + 3))})",
        [*values.values(), settings.start_date, END_DATE, END_DATE],
    )
    connection.execute("checkpoint")
    return {
        table: connection.execute(f"select count(*) from raw.{table}").fetchall()[0][0]
        for table in TABLES
    }


def _tables(connection: duckdb.DuckDBPyConnection, schema: str) -> set[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema = ?",
        [schema],
    ).fetchall()
    return {row[0] for row in rows}


def _refuse_foreign_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise unless ``raw`` is empty or was made by the demo (finished or not)."""
    found = _tables(connection, "raw")
    if found and "settings" not in _tables(connection, "demo_truth"):
        raise ForeignTablesError(
            f"schema raw holds tables the demo did not make ({', '.join(sorted(found))});"
            " choose another warehouse with --warehouse or COTERIE_WAREHOUSE,"
            " or drop schema raw first"
        )


def _prepare(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Create empty tables and the small tables every query reads."""
    connection.execute("create schema if not exists demo_truth")
    for table, columns in TRUTH_TABLES.items():
        connection.execute(f"create or replace table demo_truth.{table} ({columns})")
    connection.execute("create schema if not exists raw")
    for table in TABLES.values():
        columns = ", ".join(f"{column} varchar" for column in table.columns)
        connection.execute(f"create or replace table raw.{table.name} ({columns})")

    connection.execute(MACROS)
    connection.execute(
        f"""create or replace temp table period as select
            timestamp '{settings.start_date}' as period_start,
            timestamp '{END_DATE + timedelta(days=1)}' as period_end,
            child_state({settings.seed & 0xFFFFFFFF}, {settings.seed >> 32}) as seed_state"""
    )
    connection.execute(f"create or replace temp table customer_types as {types_table()}")
    connection.execute(f"create or replace temp table damages as {damages_table()}")
    connection.execute(f"create or replace temp table places_by_number as {places_table()}")
    # Weights of the days: one on average over the period, for each type.
    connection.execute(
        f"""create or replace temp table calendar as
        with days as (
            select
                day_number,
                period_start + to_days(cast(day_number as integer)) as day_at
            from period, range(0, {settings.days}) as days(day_number)
        ),
        weighed as (
            select
                days.*,
                type_number,
                case when isodow(day_at) >= 6 then weekend_weight else 1 end
                * case when day(day_at) >= 26 or day(day_at) <= 2 then month_end_weight else 1 end
                * case when month(day_at) = 12 then 1.25 else 1 end as raw_weight
            from days cross join customer_types
        ),
        totals as (
            select type_number, cast(sum(cast(raw_weight as decimal(18, 4))) as double) as total
            from weighed group by 1
        )
        select
            weighed.type_number,
            day_number,
            day_at,
            raw_weight * {settings.days} / total as weight
        from weighed inner join totals on weighed.type_number = totals.type_number"""
    )


def _write(connection: duckdb.DuckDBPyConnection, table_name: str, query: str) -> None:
    """Insert a table's raw rows, their exact copies, and the truth about the damaged ones.

    The query gives the contract's columns, ``damage`` and ``expected_value``. It runs once for
    all rows and once for the damaged ones, which costs less than keeping its rows: damage is
    decided before the text is made. Late rows arrive after the others.
    """
    table = TABLES[table_name]
    columns = ", ".join(table.columns)
    connection.execute(
        f"insert into raw.{table_name} select {columns} from ({query}) as raw_rows"
        " where damage is distinct from 'late'"
    )
    if not DAMAGES[table_name]:
        return
    connection.execute(
        f"create or replace temp table chunk_damaged as"
        f" select {columns}, damage, expected_value from ({query}) as raw_rows"
        " where damage is not null"
    )
    connection.execute(
        f"insert into raw.{table_name} select {columns} from chunk_damaged"
        " where damage in ('duplicate', 'late')"
    )
    connection.execute(
        f"""insert into demo_truth.damaged_rows
        select
            damages.source_table,
            {record_key(table)},
            damages.damage,
            damages.expected,
            damages.expected_reason,
            damages.column_name,
            chunk_damaged.expected_value
        from chunk_damaged
        inner join damages
            on chunk_damaged.damage = damages.damage and damages.source_table = '{table_name}'"""
    )


def _make_people(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    query = people.people_query(settings.seed, first, last, settings.days)
    connection.execute(f"create or replace temp table chunk_people as {query}")
    connection.execute(
        """insert into demo_truth.people
        select
            person_id, customer_type, first_active_at, dropout_at,
            purchase_rate_per_day, dropout_hazard_per_day
        from chunk_people"""
    )


def _make_contacts(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    connection.execute(
        f"create or replace temp table chunk_contacts as {contacts.contacts_query()}"
    )
    _write(connection, "contacts", contacts.raw_contacts_query())
    connection.execute(f"insert into raw.contacts {contacts.older_contacts_query()}")
    connection.execute(
        "insert into demo_truth.contacts"
        " select source_system, contact_key, person_id from chunk_contacts"
    )


def _make_orders(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    connection.execute(f"create or replace temp table chunk_orders as {orders.orders_query()}")
    connection.execute(f"create or replace temp table chunk_lines as {orders.lines_query()}")
    _write(connection, "orders", orders.raw_orders_query())
    connection.execute(f"insert into raw.orders {orders.older_orders_query()}")
    _write(connection, "order_lines", orders.raw_lines_query())


def _make_events(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    query = events.visits_query(first, last, settings.days)
    connection.execute(f"create or replace temp table chunk_visits as {query}")
    _write(connection, "events", events.raw_events_query())
    connection.execute(
        "insert into demo_truth.devices select distinct anonymous_key, person_id from chunk_visits"
    )


def _make_messages(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    connection.execute(
        f"create or replace temp table chunk_messages as {messages.messages_query(settings.days)}"
    )
    _write(connection, "messages", messages.raw_messages_query())


def _make_profiles(
    connection: duckdb.DuckDBPyConnection, settings: Settings, first: int, last: int
) -> None:
    _write(connection, "survey_answers", profiles.raw_survey_answers_query())
    _write(connection, "interests", profiles.raw_interests_query())
    _write(connection, "consents", profiles.raw_consents_query())
    _write(connection, "erasure_requests", profiles.raw_erasure_requests_query())
    _write(connection, "outcomes", profiles.raw_outcomes_query())
    _write(connection, "attributes", profiles.raw_attributes_query())


# In the order of dependence: events need the orders, profiles need the contacts.
_SUBJECTS: dict[str, Callable[[duckdb.DuckDBPyConnection, Settings, int, int], None]] = {
    "people": _make_people,
    "contacts": _make_contacts,
    "orders": _make_orders,
    "events": _make_events,
    "messages": _make_messages,
    "profiles": _make_profiles,
}


def _drop_chunk(connection: duckdb.DuckDBPyConnection) -> None:
    for table in ("people", "contacts", "orders", "lines", "visits", "messages", "damaged"):
        connection.execute(f"drop table if exists temp.chunk_{table}")
