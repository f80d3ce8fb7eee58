"""The same input gives the same marts, whatever the number of threads."""

import shutil

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


def test_builds_are_identical_for_any_number_of_threads(tmp_path):
    first = ProjectRunner(tmp_path / "first")
    first.demo(1000)
    raw = tmp_path / "raw.duckdb"
    shutil.copy(first.warehouse, raw)
    expected = None
    for dbt_threads, engine_threads in ((1, 1), (4, 4)):
        folder = tmp_path / f"threads_{dbt_threads}_{engine_threads}"
        folder.mkdir()
        project = ProjectRunner(folder)
        shutil.copy(raw, project.warehouse)
        profile = project.folder / "profiles.yml"
        profile.write_text(
            profile.read_text().replace(
                "      schema: main\n",
                f"      schema: main\n      settings: {{threads: {engine_threads}}}\n",
            )
        )
        kinds = ("--resource-type", "seed", "--resource-type", "model")
        project.dbt("build", *kinds, "--threads", str(dbt_threads)).expect_success()
        found = content(project)
        if expected is None:
            expected = found
        differing = sorted(name for name in expected if expected[name] != found.get(name))
        assert differing == []
