"""What a user meets who brings other tables than the demo's: it adapts, or says what to do."""

import shutil
from pathlib import Path

import pytest
import yaml
from dbt_project_runner import ProjectRunner

pytestmark = pytest.mark.slow

ORDERS = (
    "create table raw.orders as select 'shop' as source_system, 'o1' as order_key, "
    "'c1' as contact_key, date '2025-01-10' as ordered_at, 12.5 as total_amount"
)
STAGING = ("path:models/staging", "path:seeds")


def staging_only(folder: Path) -> ProjectRunner:
    """Give a copy of the project that ends at staging, so that dbt reads it quickly."""
    project = ProjectRunner(folder)
    for part in ("models", "tests"):
        for path in (project.folder / part).iterdir():
            if path.is_dir() and path.name not in ("staging", "generic"):
                shutil.rmtree(path)
    # Of the files beside the layers, what speaks of marts only.
    (project.folder / "models/_exposures.yml").unlink()
    shutil.rmtree(project.folder / "python_models")
    (project.folder / "models/staging/_staging__unit_tests.yml").unlink()
    return project


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> ProjectRunner:
    return staging_only(tmp_path_factory.mktemp("input"))


@pytest.fixture
def raw(project):
    """Give an empty schema raw; takes SQL statements to fill it."""
    project.execute("drop schema if exists raw cascade", "create schema raw")
    return project.execute


def test_commands_that_build_nothing_work_on_an_empty_warehouse(tmp_path):
    project = staging_only(tmp_path)
    project.dbt("seed").expect_success()
    project.dbt("compile").expect_success()
    project.dbt("docs", "generate").expect_success()


def test_orders_alone_are_enough(project, raw):
    """Missing tables are empty and typed, missing optional columns are null."""
    raw(ORDERS)
    project.dbt("build", "--select", *STAGING).expect_success()
    assert project.query(
        "select source_table, raw_rows, accepted_rows from staging.record_counts where is_present"
    ) == [("orders", 1, 1)]
    assert project.query(
        "select status, currency, cast(revenue as varchar), cast(ordered_at as varchar), channel "
        "from staging.stg_orders"
    ) == [("placed", "EUR", "12.5000", "2025-01-10 00:00:00", None)]
    assert project.query("select count(*), count(event_at) from staging.stg_events") == [(0, 0)]
    assert project.query(
        "select data_type from information_schema.columns "
        "where table_name = 'stg_events' and column_name = 'event_at'"
    ) == [("TIMESTAMP",)]


def test_neither_orders_nor_events_is_said_in_one_sentence(project, raw):
    raw("create table raw.contacts (source_system varchar, contact_key varchar)")
    result = project.dbt("build", "--select", *STAGING)
    assert result.exit_code != 0
    assert (
        "Neither input table 'orders' nor input table 'events' was found (looked for raw.orders "
        "and raw.events): load one of them" in result.output
    )
    assert not any(node.startswith("model.") for node in result.statuses)


def test_a_missing_required_column_is_said_in_one_sentence(project, raw):
    raw(ORDERS, "alter table raw.orders drop total_amount")
    result = project.dbt("build", "--select", *STAGING)
    assert result.exit_code != 0
    assert "Input table 'orders'" in result.output
    assert (
        "lacks the required column 'total_amount': it has contact_key, order_key, ordered_at, "
        "source_system; add it, or map 'orders' to a model that has it" in result.output
    )
    assert not any(node.startswith("model.") for node in result.statuses)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"input_schema": "raw; drop table x"}, "The var input_schema is 'raw; drop table x'"),
        ({"input_identifiers": {"order": "o"}}, "names the table 'order', which the input"),
        ({"known_until": "2025-02-30"}, "The var known_until is '2025-02-30', which is no date"),
        ({"as_of_date": "2026-07-01"}, "as_of_date (2026-07-01) lies after known_until"),
        ({"basket_categories": ["home & garden"]}, "basket_categories[0] is 'home & garden'"),
        ({"segment_k_min": 9}, "segment_k_min is '9', but should be at most the var segment_k_max"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_that_cannot_be_right_stops_the_build(project, raw, variables, words):
    raw(ORDERS)
    result = project.dbt("run", "--select", "checked_outcomes", variables=variables)
    assert result.exit_code != 0
    assert words in result.output


def test_an_installing_project_maps_a_model_of_its_own(tmp_path):
    """The mapped model is read, keeps its lineage, and is held to the contract as well."""
    package = staging_only(tmp_path / "package")
    folder = tmp_path / "shop"
    models = folder / "models"
    models.mkdir(parents=True)
    models.joinpath("sales.sql").write_text(
        "select 'till' as source_system, 1 as order_key, null as contact_key, "
        "timestamp '2025-01-10 08:00:00' as ordered_at, 12.5 as \"Total_Amount\"\n"
    )
    folder.joinpath("packages.yml").write_text(
        yaml.safe_dump({"packages": [{"local": str(package.folder)}]})
    )
    folder.joinpath("dbt_project.yml").write_text(
        yaml.safe_dump(
            {
                "name": "shop",
                "version": "1.0.0",
                "profile": "coterie",
                "vars": {"coterie": {"input_models": {"orders": "shop.sales"}}},
            }
        )
    )
    shutil.copy(package.folder / "profiles.yml", folder)
    installing = ProjectRunner(tmp_path / "run", copy=False)
    installing.folder = folder
    installing.dbt("deps").expect_success()
    installing.dbt("seed").expect_success()
    run = ("run", "--select", "sales", "checked_orders", "stg_orders")
    installing.dbt(*run).expect_success()
    # the package keeps dbt's own schema names here
    assert installing.query(
        "select order_key, cast(revenue as varchar) from main_staging.stg_orders"
    ) == [("1", "12.5000")]

    sales = models / "sales.sql"
    sales.write_text(sales.read_text().replace("ordered_at", "sold_at"))
    result = installing.dbt(*run)
    assert result.status("checked_orders") == "error"
    assert "lacks the required column 'ordered_at'" in result.output
    assert "add 'ordered_at' to the model 'shop.sales'" in result.output

    project = folder / "dbt_project.yml"
    project.write_text(project.read_text().replace("orders: shop.sales", "contacts: shop.sales"))
    result = installing.dbt("run", "--select", "checked_contacts")
    assert "Neither input table 'orders' nor input table 'events' was found" in result.output
