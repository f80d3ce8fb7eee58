"""No Python model reads the population: what it reads is declared bounded, and is."""

import ast
import copy
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_project_runner import ProjectRunner

ROOT = Path(__file__).parents[2]
PYTHON_MODELS = sorted((ROOT / "python_models").rglob("*.py"))
# Vars that say how many customers there are in what a model reads.
SAMPLES = {"sample_customers": "is_in_sample"}
# Vars that are the largest number of rows themselves, and a value that lets some through.
LIMITS = {"segment_map_rows": 50}
# The scores learn from so many rows for each outcome, and are judged on as many.
OUTCOMES = 2
BOUNDS = {*SAMPLES, *LIMITS, "score_rows", "1 row", "1 row per outcome"}
VARIABLES = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["coterie"]


@pytest.fixture(scope="module")
def half_sampled(demo, tmp_path_factory) -> duckdb.DuckDBPyConnection:
    """The demo as it is when the sample is half of the customers: the build took all of them."""
    path = tmp_path_factory.mktemp("sampled") / demo.warehouse.name
    shutil.copy(demo.warehouse, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update features.customer_features set is_in_sample = customer_id in "
            "(select customer_id from identity.golden_records order by md5(customer_id) "
            "limit (select count(*) // 2 from identity.golden_records))"
        )
        yield connection


def inputs(manifest: dict) -> dict[str, dict]:
    """What the Python models read, by id."""
    python_models = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["language"] == "python"
    ]
    assert python_models
    parents = {name for model in python_models for name in model["depends_on"]["nodes"]}
    return {name: manifest["nodes"][name] for name in parents}


def undeclared(manifest: dict) -> list[str]:
    """Inputs that do not say what bounds them: a var, or that they are one row."""
    return [
        node["name"]
        for node in inputs(manifest).values()
        if node["config"]["meta"].get("bounded_by") not in BOUNDS
    ]


def excess(connection: duckdb.DuckDBPyConnection, query: str, bounded_by: str) -> int:
    """How many rows a query gives beyond its bound, at the current as_of_date."""
    (rows,) = connection.execute(f"select count(*) from ({query})").fetchone()
    if bounded_by == "1 row":
        return rows - 1
    if bounded_by == "1 row per outcome":
        return rows - OUTCOMES
    if bounded_by == "score_rows":
        # As many to learn from as to be judged on; the md5 bucket draws them to some per cent.
        return max(rows - OUTCOMES * 2 * int(1.05 * VARIABLES[bounded_by]), 0)
    if bounded_by in LIMITS:
        return max(rows - LIMITS[bounded_by], 0)
    (bound,) = connection.execute(
        f"select count(*) filter (where {SAMPLES[bounded_by]}) from features.customer_features "
        "where is_current"
    ).fetchone()
    return max(rows - bound, 0)


def test_every_input_of_a_python_model_is_declared_bounded(manifest):
    assert undeclared(manifest) == []


def test_an_input_that_is_not_declared_is_seen(manifest):
    changed = copy.deepcopy(manifest)
    fits = changed["nodes"]["model.coterie.segment_fits"]
    fits["depends_on"]["nodes"].append("model.coterie.customer_features")
    assert undeclared(changed) == ["customer_features"]


def test_every_input_is_as_small_as_it_says(demo, manifest, half_sampled, tmp_path):
    project = ProjectRunner(tmp_path)
    project.warehouse = demo.warehouse
    names = [node["name"] for node in inputs(manifest).values()]
    project.dbt("compile", "--select", *names, variables=LIMITS).expect_success()
    for name, node in inputs(manifest).items():
        bounded_by = node["config"]["meta"]["bounded_by"]
        query = (project.target / "compiled/coterie" / node["original_file_path"]).read_text()
        (rows,) = half_sampled.execute(f"select count(*) from ({query})").fetchone()
        assert rows > 0, f"{name} gives nothing here, so its bound is not tested"
        assert excess(half_sampled, query, bounded_by) == 0, name


@pytest.mark.parametrize("bounded_by", [*SAMPLES, "1 row"])
def test_a_model_that_reads_every_customer_is_seen(half_sampled, bounded_by):
    query = "select * from features.customer_features where is_current"
    assert excess(half_sampled, query, bounded_by) > 100


def reads_beside_to_arrow(code: str) -> list[str]:
    """What a Python model does with what it reads other than hand it to `to_arrow`.

    That function reads a bounded number of rows. A relation may wait in a variable; nothing else
    may be done with it, and the session is not to be used.
    """
    tree = ast.parse(code)
    relations, found = set(), []

    def is_ref(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and ast.unparse(node.func) in ("dbt.ref", "dbt.source")

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and is_ref(node.value):
            relations.update(target.id for target in node.targets if isinstance(target, ast.Name))
    allowed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "to_arrow":
            allowed.update(id(argument) for argument in node.args)
        if isinstance(node, ast.Assign) and is_ref(node.value):
            allowed.add(id(node.value))
    for node in ast.walk(tree):
        is_read = is_ref(node) or (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in relations | {"session"}
        )
        if is_read and id(node) not in allowed:
            found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize("path", PYTHON_MODELS, ids=lambda path: path.stem)
def test_python_models_read_through_to_arrow(path):
    assert reads_beside_to_arrow(path.read_text()) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = to_arrow(dbt.ref('coterie', 'plan')).to_pylist()", []),
        ("r = dbt.ref('coterie', 'v')\nx = to_arrow(r).sort_by('a')", []),
        ("r = dbt.ref('coterie', 'v')\nx = r.df()", ["r"]),
        ("x = dbt.ref('coterie', 'v').toPandas()", ["dbt.ref('coterie', 'v')"]),
        ("x = session.table('features.customer_features').collect()", ["session"]),
        ("x = list(dbt.source('raw', 'orders'))", ["dbt.source('raw', 'orders')"]),
    ],
)
def test_the_lint_sees_what_is_read_beside_it(code, found):
    assert reads_beside_to_arrow(code) == found
