"""An incremental build of the customer-days equals a full refresh, whatever changed in raw."""

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, table_hash

pytestmark = pytest.mark.slow

TABLES = ("activity_days", "customer_days", "purchase_days", "customer_features")
FROM_RAW = ("staging", "identity", "features")
DAY = "2025-11-12"
KEY = "trim(source_system) || '|' || trim({})"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> ProjectRunner:
    project = ProjectRunner(tmp_path_factory.mktemp("incremental"))
    project.demo(300)
    select = ("--select", "+staging", "+features", "--exclude-resource-type", "test", "unit_test")
    project.dbt("build", *select).expect_success()
    return project


def build(project: ProjectRunner, *arguments: str, variables: dict | None = None) -> dict[str, str]:
    """Build the given layers and hash what the features are made of."""
    project.dbt("run", "--select", *arguments, variables=variables).expect_success()
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        return {table: table_hash(connection, f"features.{table}") for table in TABLES}


def days(project: ProjectRunner) -> set[tuple]:
    return set(project.query("select activity_date, fingerprint from features.activity_days"))


def of_day(table: str, key: str, date: str) -> str:
    """Condition on raw rows of one day, by what staging read in their dates."""
    return (
        f"{KEY.format(key)} in "
        f"(select record_key from staging.stg_{table} where cast({date} as date) = '{DAY}')"
    )


def test_late_row_changes_its_own_day_only(project):
    before = days(project)
    project.execute(
        "insert into raw.orders select source_system, 'late-order', contact_key, "
        f"'{DAY} 10:00:00', 'placed', 'EUR', '42.00', 'web', '{DAY} 10:00:00' "
        "from raw.orders where contact_key is not null order by all limit 1"
    )
    build(project, *FROM_RAW)
    changed = days(project) ^ before
    assert {str(day) for day, _ in changed} == {DAY}
    orders = "select sum(orders) from features.{} where activity_date = date '" + DAY + "'"
    stored = project.query(orders.format("customer_days_store"))
    assert stored == project.query(orders.format("customer_days"))


def test_incremental_build_equals_full_refresh(project):
    orders_of_day = of_day("orders", "order_key", "ordered_at")
    project.execute(
        # A whole day vanishes, and with it every fact of the rollup's rows for it.
        f"delete from raw.order_lines where {orders_of_day}",
        f"delete from raw.orders where {orders_of_day}",
        f"delete from raw.events where {of_day('events', 'event_key', 'event_at')}",
        f"delete from raw.messages where {of_day('messages', 'message_key', 'sent_at')}",
        # Amounts change, orders are cancelled, lines vanish, an open is taken back.
        "update raw.orders set total_amount = '77.70' where substr(md5(order_key), 1, 2) = '0a'",
        "update raw.orders set status = 'cancelled', updated_at = '2026-06-01 12:00:00' "
        "where substr(md5(order_key), 1, 2) = '0b'",
        "delete from raw.order_lines where substr(md5(order_key), 1, 2) = '0c'",
        "update raw.messages set opened_at = null where substr(md5(message_key), 1, 2) = '0d'",
        # Two customers turn out to be one, and a device turns out to be somebody's.
        "update raw.contacts set email = 'one.and.the.same@example.org' "
        "where substr(md5(contact_key), 1, 2) = '0e'",
        "update raw.events set contact_key = (select min(contact_key) from raw.contacts "
        "where source_system = 'shop') where event_key = "
        "(select min(event_key) from raw.events where contact_key is null "
        "and source_system = 'shop' and anonymous_key is not null)",
    )
    before = days(project)
    incremental = build(project, *FROM_RAW)
    assert days(project) != before
    assert not project.query(f"select 1 from features.customer_days where activity_date = '{DAY}'")
    assert incremental == build(project, "features", "--full-refresh")


def test_changed_definition_recomputes_every_day(project):
    variables = {"basket_categories": ["books", "music"], "content_types": []}
    incremental = build(project, "features", variables=variables)
    assert incremental == build(project, "features", "--full-refresh", variables=variables)
    columns = {
        name
        for (name,) in project.query(
            "select column_name from (describe features.customer_features)"
        )
    }
    assert {"share_books_365d", "share_music_365d"} <= columns
    assert not {"share_fashion_365d", "share_content_help_365d"} & columns


def test_changed_macro_of_the_rollup_changes_every_day(project):
    """What counts as night is said in a macro, which no model's checksum knows."""
    build_days = ("run", "--select", "activity_days")
    project.dbt(*build_days).expect_success()
    before = days(project)
    macro = project.folder / "macros/features/is_night.sql"
    macro.write_text(macro.read_text().replace(">= 22", ">= 23"))
    project.dbt(*build_days).expect_success()
    assert len(days(project)) == len(before)
    assert not days(project) & before
