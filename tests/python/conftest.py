"""What all tests share: the demo warehouse, the order of the run, no silent skips in CI."""

import json
import os
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, SparkRunner
from spark_session import spark_problem

# Size does not matter for what is tested on it; the targets for 10,000 customers have tests of
# their own.
CUSTOMERS = 1000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, then those of the shared warehouse, then those that build their own.

    Those on Spark are the first of the slow ones: they take the longest, and processes that share
    the files of tests shall end together.
    """

    def cost(item: pytest.Item) -> tuple[int, bool]:
        marks = {mark.name for mark in item.iter_markers()}
        place = 3 * ("prove" in marks) or 2 * ("slow" in marks) or int("warehouse" in marks)
        return place, "spark" not in marks

    for item in items:
        if {"warehouse", "demo"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("warehouse")
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")
            item.add_marker("slow")
    items.sort(key=cost)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """On a user's machine an absent optional part is a skip; in CI it is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> ProjectRunner:
    """The built demo of 1,000 customers; COTERIE_TEST_WAREHOUSE names one to reuse."""
    project = ProjectRunner(tmp_path_factory.mktemp("demo"))
    built = os.environ.get("COTERIE_TEST_WAREHOUSE")
    if built:
        project.warehouse = Path(built)
        return project
    project.demo(CUSTOMERS)
    project.dbt("build").expect_success()
    ProjectRunner.parsed = project.target / "partial_parse.msgpack"
    return project


@pytest.fixture(scope="session")
def manifest(demo) -> dict:
    """What dbt knows of the project."""
    path = demo.target / "manifest.json"
    if not path.exists():
        # Another run built the demo.
        demo.dbt("parse").expect_success()
    return json.loads(path.read_text())


@pytest.fixture(scope="session")
def spark() -> None:
    """Skip where Spark cannot run."""
    if problem := spark_problem():
        pytest.skip(problem)


@pytest.fixture(scope="session")
def spark_demo(spark, demo, tmp_path_factory) -> SparkRunner:
    """The demo built on Spark from the raw rows of `demo`, with every test of dbt."""
    project = SparkRunner(tmp_path_factory.mktemp("spark_demo"))
    project.read_raw(demo)
    project.dbt("build").expect_success()
    return project


@pytest.fixture(scope="session")
def warehouse(demo) -> Path:
    """Path of the built demo warehouse."""
    return demo.warehouse


@pytest.fixture
def connection(warehouse):
    """Open the built demo warehouse read-only."""
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield opened
