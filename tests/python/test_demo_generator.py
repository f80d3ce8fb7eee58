"""The demo generator: same seed, same rows; every contract table; every kind of damage."""

from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_project_runner import ROOT, table_hash
from typer.testing import CliRunner

from coterie.cli import app
from coterie.demo import generate as generator
from coterie.demo.contract import TABLES
from coterie.demo.customer_types import CATEGORIES, TYPES
from coterie.demo.damage import DAMAGES
from coterie.demo.generate import (
    ForeignTablesError,
    Settings,
    generate,
    is_current,
    open_writer,
)
from coterie.demo.spellings import CATEGORIES as CATEGORY_SPELLINGS

PERIOD = "timestamp '2024-07-01' and timestamp '2026-06-30 23:59:59'"


def make(path: Path, customers: int, *, threads: int = 2, seed: int = 7, **options) -> Path:
    with open_writer(path) as connection:
        connection.execute(f"set threads = {threads}")
        generate(connection, Settings(customers=customers, seed=seed, months=24), **options)
    return path


def hashes(path: Path) -> dict[str, str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where schema_name in ('raw', 'demo_truth')"
        ).fetchall()
        return {table: table_hash(connection, table) for (table,) in tables}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("small") / "demo.duckdb", 300, threads=1)


@pytest.fixture(scope="module")
def demo_of_1000(tmp_path_factory):
    path = make(tmp_path_factory.mktemp("demo") / "demo.duckdb", 1000)
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def one(connection: duckdb.DuckDBPyConnection, query: str):
    return connection.execute(query).fetchall()[0][0]


# ---- determinism ------------------------------------------------------------------------------


def test_rows_do_not_depend_on_threads_or_chunks(small, tmp_path):
    other = make(tmp_path / "other.duckdb", 300, threads=4, chunk_people=97)
    assert hashes(other) == hashes(small)


def test_making_it_again_in_place_gives_the_same_rows(small):
    before = hashes(small)
    make(small, 300)
    assert hashes(small) == before


def test_another_seed_gives_other_rows(small, tmp_path):
    other = hashes(make(tmp_path / "other.duckdb", 300, seed=8))
    mine = hashes(small)
    assert all(other[table] != mine[table] for table in mine)


def test_more_customers_keep_the_first_ones(demo_of_1000, small):
    query = "select * from demo_truth.people where person_id <= 300 order by person_id"
    with duckdb.connect(str(small), read_only=True) as connection:
        assert connection.execute(query).fetchall() == demo_of_1000.execute(query).fetchall()


# ---- shape --------------------------------------------------------------------------------------


def test_tables_are_those_of_the_contract():
    contract = yaml.safe_load((ROOT / "models/staging/_staging__sources.yml").read_text())
    tables = {table["name"]: table for table in contract["sources"][0]["tables"]}
    assert set(TABLES) == set(tables)
    for name, table in TABLES.items():
        columns = tables[name]["columns"]
        assert list(table.columns) == [column["name"] for column in columns]
        meta = {column["name"]: column.get("config", {}).get("meta", {}) for column in columns}
        assert list(table.key) == [c for c in table.columns if meta[c].get("is_key")]
        assert list(table.optional_key) == [c for c in table.key if not meta[c].get("is_required")]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_text_and_filled_somewhere(demo_of_1000, table):
    described = demo_of_1000.execute(f"describe raw.{table}").fetchall()
    assert [row[0] for row in described] == list(TABLES[table].columns)
    assert {row[1] for row in described} == {"VARCHAR"}
    counts = ", ".join(f"count({column})" for column in TABLES[table].columns)
    filled = demo_of_1000.execute(f"select {counts} from raw.{table}").fetchall()[0]
    assert all(filled), dict(zip(TABLES[table].columns, filled, strict=True))


def test_a_customer_has_about_ten_orders_and_a_hundred_events(demo_of_1000):
    counts = {
        table: one(demo_of_1000, f"select count(*) from raw.{table}") / 1000 for table in TABLES
    }
    assert 9 < counts["orders"] < 12
    assert 2.2 < counts["order_lines"] / counts["orders"] < 3.0
    assert 85 < counts["events"] < 120
    assert 18 < counts["messages"] < 30
    assert 1.6 < counts["contacts"] < 2.2


def test_six_types_of_like_size(demo_of_1000):
    rows = demo_of_1000.execute(
        "select customer_type, count(*) from demo_truth.people group by 1"
    ).fetchall()
    assert {row[0] for row in rows} == {kind.name for kind in TYPES}
    assert all(0.1 <= row[1] / 1000 <= 0.25 for row in rows)
    assert abs(sum(kind.share for kind in TYPES) - 1) < 1e-9
    assert set(CATEGORY_SPELLINGS) == set(CATEGORIES)


def test_people_are_seen_enough_to_be_told_apart(demo_of_1000):
    seen = one(
        demo_of_1000,
        """
        with orders as (
            select person_id, count(*) as orders
            from demo_truth.contacts inner join raw.orders using (source_system, contact_key)
            group by 1
        ),
        events as (
            select person_id, count(*) as events
            from demo_truth.devices inner join raw.events using (anonymous_key)
            group by 1
        )
        select avg(cast(coalesce(orders, 0) >= 3 or coalesce(events, 0) >= 30 as integer))
        from demo_truth.people
        left join orders using (person_id)
        left join events using (person_id)
        """,
    )
    assert seen >= 0.93


# ---- truth --------------------------------------------------------------------------------------


def test_every_kind_of_damage_occurs(demo_of_1000):
    found = set(
        demo_of_1000.execute("select source_table, damage from demo_truth.damaged_rows").fetchall()
    )
    # The few unknown contacts among 100,000 events included.
    wanted = {(table, damage.kind) for table, kinds in DAMAGES.items() for damage in kinds}
    assert found == wanted


def test_damaged_rows_say_what_is_expected_of_each(demo_of_1000):
    assert (
        one(
            demo_of_1000,
            "select count(*) from demo_truth.damaged_rows where coalesce(record_key, '') = ''",
        )
        == 0
    )
    assert (
        demo_of_1000.execute(
            """
        select source_table, record_key
        from demo_truth.damaged_rows
        group by 1, 2
        having count(*) > 1
        """
        ).fetchall()
        == []
    )
    assert (
        one(
            demo_of_1000,
            """
        select count(*)
        from demo_truth.damaged_rows
        where
            expected not in ('repaired', 'rejected', 'duplicate', 'kept')
            or (expected = 'rejected') <> (expected_reason is not null)
            or (expected = 'repaired') <> (column_name is not null)
        """,
        )
        == 0
    )


@pytest.mark.parametrize("table", TABLES)
def test_record_keys_point_at_raw_rows(demo_of_1000, table):
    contract = TABLES[table]
    key = " || '|' || ".join(f"coalesce(trim({column}), '')" for column in contract.key)
    row = " || chr(31) || ".join(f"coalesce({column}, chr(30))" for column in contract.columns)
    rows = dict(
        demo_of_1000.execute(
            f"""
            select damaged.damage || ' ' || damaged.record_key, count(raw_rows.record_key)
            from demo_truth.damaged_rows as damaged
            left join (
                select {key} as record_key from raw.{table}
                union all
                select md5({row}) from raw.{table}
            ) as raw_rows on damaged.record_key = raw_rows.record_key
            where damaged.source_table = '{table}'
            group by 1
            """
        ).fetchall()
    )
    for damage, count in rows.items():
        twice = damage.split()[0] in ("duplicate", "superseded")
        assert count == (2 if twice else 1), damage


def test_keys_repeat_only_where_the_truth_says_so(demo_of_1000):
    for name, table in TABLES.items():
        key = " || '|' || ".join(f"coalesce(trim({column}), '')" for column in table.key)
        repeated = one(
            demo_of_1000,
            f"""
            select count(*)
            from (select {key} as record_key from raw.{name} group by 1 having count(*) > 1)
            where record_key not in (
                select record_key from demo_truth.damaged_rows
                where source_table = '{name}' and damage in ('duplicate', 'superseded')
            ) and record_key not in (
                -- Rows without a key share the empty one.
                select {key} from raw.{name}
                where {" or ".join(f"{c} is null" for c in table.key)}
            )
            """,
        )
        assert repeated == 0, name


def test_lines_of_rejected_orders_are_rejected_with_them(demo_of_1000):
    assert (
        one(
            demo_of_1000,
            """
        with lost_orders as (
            select record_key from demo_truth.damaged_rows
            where source_table = 'orders' and expected = 'rejected'
                and damage not in ('superseded', 'missing_key')
        )
        select count(*)
        from raw.order_lines as lines
        inner join lost_orders on lines.source_system || '|' || lines.order_key = record_key
        left join demo_truth.damaged_rows as damaged
            on damaged.source_table = 'order_lines'
            and damaged.record_key = lost_orders.record_key || '|' || lines.line_number
        where damaged.expected_reason is distinct from 'unknown_order'
        """,
        )
        == 0
    )


def test_truth_knows_every_contact_and_device(demo_of_1000):
    assert one(demo_of_1000, "select count(*) from demo_truth.people") == 1000
    assert (
        one(
            demo_of_1000,
            """
        select count(*)
        from raw.contacts anti join demo_truth.contacts using (source_system, contact_key)
        where contact_key is not null
        """,
        )
        == 0
    )
    assert (
        one(
            demo_of_1000,
            """
        select count(*) from raw.events anti join demo_truth.devices using (anonymous_key)
        where anonymous_key is not null
        """,
        )
        == 0
    )
    # A device is one person's; passers-by are nobody's.
    assert (
        one(
            demo_of_1000,
            "select count(*) - count(distinct anonymous_key) from demo_truth.devices",
        )
        == 0
    )
    assert (
        one(demo_of_1000, "select count(*) from demo_truth.devices where person_id is null") > 100
    )


def test_nobody_buys_before_coming_or_after_leaving(demo_of_1000):
    assert (
        one(
            demo_of_1000,
            f"""
        with orders as (
            select
                person_id,
                coalesce(
                    try_cast(ordered_at as timestamp),
                    try_strptime(ordered_at, '%d/%m/%Y %H:%M:%S')
                ) as ordered_at
            from raw.orders inner join demo_truth.contacts using (source_system, contact_key)
            -- Plain spellings are enough here; the others carry offsets.
            where regexp_matches(ordered_at, '^[0-9/-]{10} [0-9:]{8}$')
        )
        select count(*)
        from orders inner join demo_truth.people using (person_id)
        where
            ordered_at between {PERIOD}
            and (ordered_at < first_active_at or ordered_at >= dropout_at)
        """,
        )
        == 0
    )


def test_purchase_rates_are_true(demo_of_1000):
    bought, expected = demo_of_1000.execute(
        """
        with orders as (
            select person_id, count(distinct order_key) as orders
            from demo_truth.contacts inner join raw.orders using (source_system, contact_key)
            group by 1
        )
        select
            -- The first order is certain, the others come at the rate.
            sum(orders - 1),
            sum(purchase_rate_per_day * (
                date_diff(
                    'day',
                    first_active_at,
                    coalesce(dropout_at, timestamp '2026-07-01')
                ) - 1
            ))
        from orders inner join demo_truth.people using (person_id)
        """
    ).fetchall()[0]
    # 1.7 % of the orders are without a contact or with an unknown one.
    assert float(bought) / expected == pytest.approx(0.98, abs=0.05)


def test_the_period_is_pinned(demo_of_1000):
    start, end, known = demo_of_1000.execute(
        "select cast(start_date as varchar), cast(end_date as varchar),"
        " cast(known_until as varchar) from demo_truth.settings"
    ).fetchall()[0]
    assert (start, end, known) == ("2024-07-01", "2026-06-30", "2026-06-30")
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    assert project["vars"]["coterie"]["demo_known_until"] == known


@pytest.mark.parametrize(
    ("months", "start"), [(1, "2026-06-01"), (4, "2026-03-01"), (24, "2024-07-01")]
)
def test_months_count_back_from_the_end(months, start):
    assert str(Settings(customers=1, seed=0, months=months).start_date) == start


@pytest.mark.parametrize("wrong", [{"customers": 0}, {"seed": -1}, {"months": 0}, {"months": 999}])
def test_settings_that_cannot_be_made_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**({"customers": 10, "seed": 7, "months": 24} | wrong))


def test_a_short_demo_is_made_too(tmp_path):
    with open_writer(tmp_path / "short.duckdb") as connection:
        rows = generate(connection, Settings(customers=5, seed=123456789012, months=1))
    assert rows["orders"] > 0
    assert rows["places"] > 200


# ---- command ------------------------------------------------------------------------------------


def demo(*arguments: str):
    return CliRunner().invoke(app, ["demo", *arguments])


def test_if_needed_makes_what_is_missing_and_leaves_what_is_current(tmp_path):
    path = tmp_path / "deep" / "demo.duckdb"
    options = ("--customers", "20", "--months", "2", "--warehouse", str(path), "--if-needed")
    first = demo(*options)
    assert first.exit_code == 0, first.output
    assert "order_lines" in first.output

    again = demo(*options)
    assert again.exit_code == 0
    assert "current" in again.output
    assert "order_lines" not in again.output

    assert "order_lines" in demo(*options, "--seed", "8").output


def test_an_unfinished_demo_is_not_current_and_is_made_anew(tmp_path, monkeypatch):
    path = tmp_path / "demo.duckdb"
    settings = Settings(customers=20, seed=7, months=2)

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(generator._SUBJECTS, "messages", stop)
    with pytest.raises(KeyboardInterrupt), open_writer(path) as connection:
        generate(connection, settings)
    assert not is_current(path, settings)

    monkeypatch.undo()
    with open_writer(path) as connection:
        generate(connection, settings)
    assert is_current(path, settings)


def test_another_generator_makes_the_demo_stale(tmp_path):
    path = tmp_path / "demo.duckdb"
    settings = Settings(customers=20, seed=7, months=2)
    with open_writer(path) as connection:
        generate(connection, settings)
        connection.execute("update demo_truth.settings set generator_fingerprint = 'older'")
    assert not is_current(path, settings)


def test_tables_of_others_are_not_overwritten(tmp_path):
    path = tmp_path / "theirs.duckdb"
    with open_writer(path) as connection:
        connection.execute("create schema raw; create table raw.orders as select 1 as mine")
        with pytest.raises(ForeignTablesError, match="orders"):
            generate(connection, Settings(customers=5, seed=7, months=2))
    refused = demo("--customers", "5", "--warehouse", str(path))
    assert refused.exit_code == 2
    assert "did not make" in refused.output
    with duckdb.connect(str(path), read_only=True) as connection:
        assert one(connection, "select mine from raw.orders") == 1


def test_models_of_the_same_warehouse_stay(tmp_path):
    path = tmp_path / "demo.duckdb"
    with open_writer(path) as connection:
        connection.execute("create schema marts; create table marts.customers as select 1 as kept")
        generate(connection, Settings(customers=5, seed=7, months=2))
        assert one(connection, "select kept from marts.customers") == 1
