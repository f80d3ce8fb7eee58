"""When the lifetime model is fitted, what a decision is worth, and that its tests can fail."""

import shutil
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, table_hash

pytestmark = pytest.mark.slow

PARAMETERS = "assert_the_lifetime_model_has_its_parameters"
RANGE = "assert_lifetime_lies_in_its_range"
TABLES = (
    "prediction.lifetime_parameters",
    "prediction.lifetime_nodes",
    "prediction.customer_lifetime",
    "prediction.lifetime_holdout",
    "prediction.cohort_figures",
)


@pytest.fixture
def project(demo, tmp_path) -> ProjectRunner:
    """A copy of the published demo."""
    copy = ProjectRunner(tmp_path)
    shutil.copy(demo.warehouse, copy.warehouse)
    copy.target.mkdir(exist_ok=True)
    parsed = demo.target / "partial_parse.msgpack"
    if parsed.exists():
        shutil.copy(parsed, copy.target)
    return copy


def build_lifetime(project: ProjectRunner, *arguments: str, **variables: object) -> None:
    """Run everything from the histories to the cohorts, and no publication."""
    selection = ("--select", "purchase_histories+,path:models/prediction", "lifetime_fits")
    project.dbt("run", *selection, *arguments, variables=variables).expect_success()


def hashes(project: ProjectRunner) -> dict[str, str]:
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        return {table: table_hash(connection, table) for table in TABLES}


def decisions(project: ProjectRunner) -> list[tuple[str, str, str]]:
    return project.query(
        "select model_version, decision, decision_reason from prediction.lifetime_model_log "
        "order by decision_number"
    )


def test_a_full_refresh_keeps_the_model_and_the_same_input_gives_it_again(project):
    before = hashes(project)
    build_lifetime(project, "--full-refresh")
    assert len(decisions(project)) == 1, "nothing asks for another fit"
    assert hashes(project) == before
    build_lifetime(project, retrain=True)
    first, second = decisions(project)
    assert second[:2] == first[:2]
    assert "Training was asked for" in second[2]
    assert hashes(project) == before


def test_what_was_not_published_is_forgotten_and_a_rejected_round_changes_nothing(project):
    before = hashes(project)
    ((published, *_),) = decisions(project)
    build_lifetime(project, lifetime_holdout_error_max=0.3)
    _, (other, decision, _) = decisions(project)
    assert decision == "accepted"
    assert other != published
    used = "select distinct model_version from prediction.customer_lifetime where p_alive > 0"
    assert project.query(used) == [(other,)], "in its own build it counts"

    build_lifetime(project, lifetime_repeat_customers_min=100000)
    *_, (_, decision, reason) = decisions(project)
    assert decision == "rejected"
    assert "have bought more than once, 100000 are needed." in reason
    assert reason.endswith("Rejected: the accepted model is kept.")
    assert project.query(used) == [(published,)]
    changed = {table for table, value in hashes(project).items() if value != before[table]}
    assert changed == {"prediction.lifetime_parameters", "prediction.lifetime_nodes"}, (
        "the parameters of both stay, nothing else of the other"
    )


def test_without_a_model_cohorts_are_observed_all_the_same(project):
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("delete from prediction.lifetime_model_log")
    build_lifetime(project, lifetime_repeat_customers_min=100000)
    ((rows, known),) = project.query(
        "select count(*), count(p_alive) from prediction.customer_lifetime"
    )
    assert rows > 0
    assert known == 0
    ((rows, observed, expected),) = project.query(
        "select count(*), count(retention), count(expected_retention) "
        "from prediction.cohort_figures"
    )
    assert rows > observed > 0
    assert expected == 0
    ((_, decision, reason),) = decisions(project)
    assert decision == "rejected"
    assert reason.endswith("Rejected: there is no lifetime value.")


def compiled(project: ProjectRunner, test: str) -> Path:
    return project.target / f"compiled/coterie/tests/prediction/{test}.sql"


@pytest.fixture(scope="module")
def opened(demo, tmp_path_factory):
    if not compiled(demo, RANGE).exists():
        # Another run built the demo.
        demo.dbt("compile", "--select", PARAMETERS, RANGE).expect_success()
    path = tmp_path_factory.mktemp("lifetime") / demo.warehouse.name
    shutil.copy(demo.warehouse, path)
    with duckdb.connect(str(path)) as connection:
        yield demo, connection


def rows_of(opened, test: str) -> list[tuple]:
    project, connection = opened
    return connection.execute(compiled(project, test).read_text()).fetchall()


@pytest.fixture
def undone(opened):
    """Whatever a test changes is undone."""
    _, connection = opened
    connection.execute("begin")
    yield opened
    connection.execute("rollback")


def test_the_demo_has_a_whole_model(undone):
    assert rows_of(undone, PARAMETERS) == []
    assert rows_of(undone, RANGE) == []


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("delete from prediction.lifetime_parameters where purpose = 'scoring'", "no parameters"),
        ("update prediction.lifetime_parameters set alpha = null", "no parameters"),
        ("delete from prediction.lifetime_nodes", "no nodes"),
        ("delete from prediction.lifetime_nodes where repeat_purchases = 7", "are incomplete"),
        (
            "update prediction.lifetime_nodes set weights = weights[2:] where repeat_purchases = 0",
            "are incomplete",
        ),
        (
            "update prediction.lifetime_nodes "
            "set weights = list_transform(weights, lambda weight: weight * 1.001)",
            "are incomplete",
        ),
    ],
)
def test_lost_parameters_are_seen(undone, damage, problem):
    undone[1].execute(damage)
    ((_, found),) = rows_of(undone, PARAMETERS)
    assert found.endswith(problem)


@pytest.mark.parametrize(
    "change",
    [
        "p_alive = 1.01",
        "p_alive = null",
        "expected_purchases_90d = -1",
        "expected_purchases_365d = expected_purchases_90d - 0.1",
        "expected_revenue_365d = expected_revenue_90d - 1",
    ],
)
def test_figures_out_of_range_are_seen(undone, change):
    undone[1].execute(
        f"update prediction.customer_lifetime set {change} where customer_id = "
        "(select min(customer_id) from prediction.customer_lifetime where p_alive is not null)"
    )
    assert len(rows_of(undone, RANGE)) == 1


def test_figures_of_somebody_who_never_bought_are_seen(undone):
    undone[1].execute(
        "update prediction.customer_lifetime set p_alive = 0.5 where customer_id = "
        "(select min(customer_id) from prediction.customer_lifetime where p_alive is null)"
    )
    assert len(rows_of(undone, RANGE)) == 1
