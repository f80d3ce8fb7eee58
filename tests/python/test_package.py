"""Coterie in somebody else's project: its names, schemas, vars and tests stay out of the way."""

import json
import re
import shutil
from pathlib import Path

import pytest
from dbt_project_runner import ROOT
from installed_project import InstalledProject
from typer.testing import CliRunner

from coterie.cli import app
from coterie.marts import GRAINS

pytestmark = pytest.mark.slow

CUSTOMERS = 300

# A shop with models of its own under names that Coterie uses too, with raw tables in another
# schema under other names, a rule of its own for schemas, a feature model and an attribute.
SHOP = {
    "dbt_project.yml": """
        name: shop
        version: "1.0.0"
        profile: shop
        flags: {send_anonymous_usage_stats: false}
        models:
          shop:
            +materialized: table
        vars:
          coterie:
            input_schema: landing
            input_identifiers: {events: web_events, contacts: people, attributes: facts}
            input_models: {orders: shop.orders}
            known_until: "2026-06-30"
            extra_features: [shop.segments]
            attribute_features:
              - {attribute: loyalty_points, name: loyalty_points, impute: zero, segmentation: true}
        """,
    "packages.yml": f"""
        packages:
          - local: {ROOT}
        """,
    "profiles.yml": """
        shop:
          target: duckdb
          outputs:
            duckdb:
              type: duckdb
              path: "{{ env_var('COTERIE_EXAMPLE_WAREHOUSE') }}"
              schema: acme
              threads: 2
        """,
    "macros/generate_schema_name.sql": """
        {% macro generate_schema_name(custom_schema_name, node) -%}
            {{ (custom_schema_name or 'core') ~ '_of_' ~ target.schema }}
        {%- endmacro %}
        """,
    "models/orders.sql": """
        select
            source_system as "SOURCE_SYSTEM",
            "number" as order_key,
            buyer as contact_key,
            ordered_at,
            currency,
            total as total_amount
        from landing.sales
        """,
    "models/customers.sql": """
        select 'a table of the shop' as what
        """,
    "models/segments.sql": """
        select
            customers.customer_id,
            customers.as_of_date,
            length(customers.customer_id) + extract(day from customers.as_of_date) as days_to_payday
        from {{ ref('coterie', 'customer_as_of_dates') }} as customers
        """,
    "models/segmented_customers.sql": """
        select customer_segments.*
        from {{ ref('coterie', 'customer_segments') }} as customer_segments
        cross join {{ ref('customers') }} as customers
        """,
    "models/_models.yml": """
        version: 2
        models:
          - name: segments
            columns:
              - name: days_to_payday
                config:
                  meta: {family: payday, label: days to payday, unit: days, segmentation: true}
        """,
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = text.strip("\n").splitlines()
        path.write_text("\n".join(line.removeprefix(" " * 8) for line in lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> InstalledProject:
    """The outside project, built once with every test."""
    folder = tmp_path_factory.mktemp("outside")
    project = InstalledProject(write(folder / "shop", SHOP), folder)
    project.demo(CUSTOMERS)
    project.execute(
        "create schema landing",
        "create table landing.sales as select source_system, order_key as number, "
        "contact_key as buyer, ordered_at, currency, total_amount as total from raw.orders",
        "create table landing.web_events as from raw.events",
        "create table landing.people as from raw.contacts",
        "create table landing.order_lines as from raw.order_lines",
        "create table landing.facts as select source_system, contact_key, "
        "'loyalty_points' as attribute, cast(length(contact_key) * 100 as varchar) as value, "
        "'2026-01-01' as observed_at from raw.contacts where source_system = 'shop'",
        "drop schema raw cascade",
        "drop schema demo_truth cascade",
    )
    project.dbt("deps").expect_success()
    project.build = project.dbt("build").expect_success()
    return project


def test_the_package_is_linked_not_copied(shop):
    installed = shop.folder / "dbt_packages" / "coterie"
    assert installed.is_symlink()
    assert installed.resolve() == ROOT.resolve()


def test_every_test_ran_but_the_unit_tests(shop):
    assert shop.manifest["unit_tests"] == {}
    assert any(node.startswith("test.coterie.") for node in shop.build.statuses)
    assert set(shop.build.statuses.values()) <= {"success", "pass", "no-op"}


def test_the_rule_for_schemas_is_the_projects_own(shop):
    schemas = {
        (node["package_name"], node["name"]): node["schema"]
        for node in shop.manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
    }
    assert schemas["shop", "customers"] == "core_of_acme"
    assert schemas["coterie", "customers"] == "marts_of_acme"
    assert schemas["coterie", "stg_orders"] == "staging_of_acme"
    layers = "staging identity features segmentation prediction publication marts reference"
    expected = {f"{layer}_of_acme" for layer in layers.split()}
    assert {schema for (package, _), schema in schemas.items() if package == "coterie"} == expected


def test_models_of_one_name_live_side_by_side(shop):
    assert shop.query("select what from core_of_acme.customers") == [("a table of the shop",)]
    customers = shop.query("select count(*) from marts_of_acme.customers")
    assert customers == shop.query("select count(*) from marts_of_acme.customer_segments")
    assert customers == shop.query("select count(*) from core_of_acme.segmented_customers")
    assert customers[0][0] >= CUSTOMERS / 2


def test_inputs_come_from_the_projects_model_and_from_other_names(shop):
    counts = dict(
        shop.query(
            "select source_table, raw_rows from staging_of_acme.record_counts where is_present"
        )
    )
    tables = {
        "orders": "core_of_acme.orders",
        "events": "landing.web_events",
        "contacts": "landing.people",
        "order_lines": "landing.order_lines",
        "attributes": "landing.facts",
    }
    assert counts == {
        name: shop.query(f"select count(*) from {table}")[0][0] for name, table in tables.items()
    }
    parents = shop.manifest["parent_map"]
    assert "model.shop.orders" in parents["model.coterie.checked_orders"]


def test_features_of_the_project_join_ours(shop):
    ((with_points, with_days),) = shop.query(
        "select count(loyalty_points), count(days_to_payday) "
        "from features_of_acme.customer_features"
    )
    assert with_points > 0
    assert with_days == shop.query("select count(*) from core_of_acme.segments")[0][0]
    scaled = shop.query("select distinct feature from segmentation_of_acme.feature_scaling")
    assert {("loyalty_points",), ("days_to_payday",)} <= set(scaled)


def test_the_summary_finds_the_schemas(shop):
    summary = shop.summary()
    assert summary.returncode == 0
    text = " ".join(summary.stdout.split())
    customers = int(re.search(r": (\d+) customers in", text)[1])
    for outcome in ("Churn", "Purchase"):
        line = re.search(rf"{outcome}[^:]*: (.*?) (?:Purchase|Revenue expected|Nobody)", text)[1]
        counts = re.findall(r"(\d+) (?:model|rule of thumb|left already)", line)
        assert sum(map(int, counts)) == customers


def test_a_second_build_publishes_again(shop):
    shop.dbt("build", "--full-refresh").expect_success()
    published = shop.query("select publication_id from publication_of_acme.publications order by 1")
    assert published == [(1,), (2,)]


def test_explain_diff_and_export_find_the_schemas(shop, tmp_path):
    """After the second build, which published the same rows again."""
    ((customer_id,),) = shop.query("select min(customer_id) from marts_of_acme.customers")

    def run(*arguments: str) -> dict:
        arguments = [*arguments, "--warehouse", str(shop.warehouse), "--json"]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    (explanation,) = run("explain", customer_id)
    assert explanation["customer_id"] == customer_id
    found = run("diff")
    assert (found["before"]["publication_id"], found["after"]["publication_id"]) == (1, 2)
    exported = run("export", str(tmp_path / "export"))
    assert set(exported["manifest"]["marts"]) == set(GRAINS)


def test_without_a_rule_of_its_own_a_project_keeps_that_of_dbt(shop, tmp_path):
    files = {name: text for name, text in SHOP.items() if "generate_schema_name" not in name}
    flag = "require_ref_searches_node_package_before_root: true"
    files["dbt_project.yml"] = files["dbt_project.yml"].replace("flags: {", f"flags: {{{flag}, ")
    project = InstalledProject(write(tmp_path / "shop", files), tmp_path)
    shutil.copytree(shop.folder / "dbt_packages", project.folder / "dbt_packages", symlinks=True)
    parsed = project.dbt("parse").expect_success()
    # What the guide says of that flag.
    assert "depends on the root project node" not in parsed.output
    nodes = project.manifest["nodes"]
    assert nodes["model.shop.customers"]["schema"] == "acme"
    assert nodes["model.coterie.customers"]["schema"] == "acme_marts"
    assert nodes["model.coterie.stg_orders"]["schema"] == "acme_staging"


def test_no_name_of_the_project_leads_a_test_astray(shop, tmp_path):
    """Even where every model of ours has a namesake, our tests read ours."""
    ours = {
        name: node
        for name, node in shop.manifest["nodes"].items()
        if name.startswith(("model.coterie.", "seed.coterie."))
    }
    namesakes = {f"models/{node['name']}.sql": "select 1 as what" for node in ours.values()}
    kept = {name: SHOP[name] for name in SHOP if not name.startswith("models/")}
    kept["dbt_project.yml"] = kept["dbt_project.yml"].split("vars:")[0]
    project = InstalledProject(write(tmp_path / "shop", kept | namesakes), tmp_path)
    shutil.copytree(shop.folder / "dbt_packages", project.folder / "dbt_packages", symlinks=True)
    # dbt warns of each such test, and names a flag that would spare the tests theirs.
    project.dbt("--log-level", "error", "parse").expect_success()
    nodes = project.manifest["nodes"]
    tests = [
        node
        for node in nodes.values()
        if node["package_name"] == "coterie" and node.get("attached_node")
    ]
    astray = [
        test["name"] for test in tests if test["attached_node"] not in test["depends_on"]["nodes"]
    ]
    assert tests
    assert astray == []
    parents = project.manifest["parent_map"]
    wrong = {name for name in ours if any(".shop." in parent for parent in parents[name])}
    assert wrong == set()


# A semantic layer of the shop's own, under names that Coterie's has too.
SHOP_METRICS = {
    "models/customers.sql": """
        select 1 as customer_id, 9.5 as spent, cast('2026-01-01' as date) as since
        """,
    "models/days.sql": "select cast('2026-01-01' as date) as calendar_date",
    "models/_models.yml": """
        version: 2
        models:
          - name: days
            time_spine: {standard_granularity_column: calendar_date}
            columns: [{name: calendar_date, granularity: day}]
        semantic_models:
          - name: customers
            model: ref('customers')
            defaults: {agg_time_dimension: since}
            entities: [{name: customer, type: primary, expr: customer_id}]
            dimensions: [{name: since, type: time, type_params: {time_granularity: day}}]
            measures: [{name: order_revenue, agg: sum, expr: spent}]
        metrics:
          - name: revenue
            label: Revenue
            type: simple
            type_params: {measure: order_revenue}
        """,
}


def test_metrics_of_the_project_are_its_own_unless_it_asks_for_ours(tmp_path):
    kept = {name: SHOP[name] for name in SHOP if not name.startswith(("models/", "macros/"))}
    head = kept["dbt_project.yml"].split("vars:")[0]
    kept["dbt_project.yml"] = head
    project = InstalledProject(write(tmp_path / "shop", kept | SHOP_METRICS), tmp_path)
    project.dbt("deps").expect_success()
    project.dbt("parse").expect_success()
    assert set(project.manifest["metrics"]) == {"metric.shop.revenue"}
    assert project.manifest["nodes"]["model.coterie.calendar_days"]["time_spine"] is None

    for name in SHOP_METRICS:
        (project.folder / name).unlink()
    asks = head + "vars: {coterie: {semantic_layer: always}}\n"
    write(project.folder, {"dbt_project.yml": asks})
    project.dbt("parse").expect_success()
    assert "metric.coterie.revenue" in project.manifest["metrics"]
    assert project.manifest["nodes"]["model.coterie.calendar_days"]["time_spine"]
