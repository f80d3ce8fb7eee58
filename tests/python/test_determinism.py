"""The same input gives the same marts, whatever the number of threads."""

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, table_hash

pytestmark = pytest.mark.slow

# Everything a customer's row is made of; columns that record when a build ran are apart.
LAYERS = ("staging", "identity", "features", "marts")
TIMED = ("marts.segment_models", "marts.lifetime_models", "marts.score_models")
STATE = {
    "segment_prototypes": "segmentation.segment_prototypes",
    "encoder_layers": "segmentation.encoder_layers",
    "feature_scaling": "segmentation.feature_scaling",
    "lifetime_parameters": "prediction.lifetime_parameters",
    "lifetime_nodes": "prediction.lifetime_nodes",
    "customer_lifetime": "prediction.customer_lifetime",
    "score_terms": "prediction.score_terms",
    "customer_score_values": "prediction.customer_score_values",
}


def content(project: ProjectRunner) -> dict[str, str]:
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            f"where table_schema in {LAYERS} order by 1"
        ).fetchall()
        names = [table for (table,) in tables] + list(STATE.values())
        for timed in TIMED:
            names[names.index(timed)] = f"(select * exclude (trained_at) from {timed})"
        return {name: table_hash(connection, name) for name in names}


def test_builds_are_identical_for_any_number_of_threads(demo, tmp_path):
    """The demo was built with the threads of the profile and of the machine; this one with one."""
    project = ProjectRunner(tmp_path)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute(f"attach '{demo.warehouse}' as demo (read_only)")
        connection.execute("create schema raw")
        tables = connection.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'demo' and schema_name = 'raw'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"create table raw.{table} as from demo.raw.{table}")
    profile = project.folder / "profiles.yml"
    profile.write_text(
        profile.read_text().replace(
            "      schema: main\n", "      schema: main\n      settings: {threads: 1}\n"
        )
    )
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    project.dbt("build", *kinds, "--threads", "1").expect_success()
    expected, found = content(demo), content(project)
    assert sorted(name for name in expected if expected[name] != found.get(name)) == []
