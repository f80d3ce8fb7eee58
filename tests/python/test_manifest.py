"""What dbt knows of the project agrees with the warehouse, and nothing reads the truth.

That everything is described and in its place is test_catalogue.py's business.
"""

import duckdb
import pytest


@pytest.fixture(scope="module")
def ours(manifest) -> list[dict]:
    kinds = ("model", "seed")
    return [node for node in manifest["nodes"].values() if node["resource_type"] in kinds]


def test_no_node_reads_the_truth(manifest):
    for node in manifest["nodes"].values():
        code = (node.get("compiled_code") or "") + (node.get("raw_code") or "")
        assert "demo_truth" not in code, node["unique_id"]
    for source in manifest["sources"].values():
        assert source["schema"] != "demo_truth", source["unique_id"]


def test_every_column_is_described(ours, warehouse):
    """The described columns are those of the relation: none missing, none invented."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found: dict[tuple[str, str], set[str]] = {}
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            found.setdefault((schema, table), set()).add(column)
    wrong = {}
    for node in ours:
        described = {
            name for name, column in node["columns"].items() if column["description"].strip()
        }
        stored = found.get((node["schema"], node["alias"]), set())
        if described != stored:
            wrong[node["name"]] = {
                "not described": sorted(stored - described),
                "not there": sorted(described - stored),
            }
    assert wrong == {}


def test_schemas_are_the_house(ours):
    schemas = {node["schema"] for node in ours if node["resource_type"] == "model"}
    assert schemas == {
        "staging",
        "identity",
        "features",
        "segmentation",
        "prediction",
        "publication",
        "marts",
    }


def test_personal_data_stays_in_identity(ours):
    """No relation outside raw, staging and identity has a column that holds personal data."""
    personal = {"email", "phone", "first_name", "last_name", "birth_date", "street", "contact_key"}
    for node in ours:
        if node["schema"] in {"features", "segmentation", "prediction", "publication", "marts"}:
            assert not personal & set(node["columns"]), node["name"]


def test_columns_that_name_the_build_are_marked(ours):
    """What tells two builds of the same input apart is left out of a comparison by its meta."""
    names = {"build_id", "trained_at", "published_at", "checked_at", "last_refused_at"}
    for node in ours:
        for name, column in node["columns"].items():
            is_marked = bool(column.get("meta", {}).get("of_the_build"))
            assert is_marked == (name in names), f"{node['name']}.{name}"
