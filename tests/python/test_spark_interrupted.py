"""Builds on Spark that lose a worker, or are killed: no row is lost, doubled or half written."""

import contextlib
import shutil
import threading
import time
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import (
    EXPLAINING,
    MARTS,
    ProjectRunner,
    SparkRunner,
    record,
    written_hash,
)
from spark_cluster import SparkCluster

from coterie.parity import compare_folders, read_grains

pytestmark = [pytest.mark.prove, pytest.mark.usefixtures("spark")]

BUILD = ("build", "--resource-type", "seed", "--resource-type", "model")
# Rows read, brought together by several keys, and counted: while these two are built a worker dies.
DEADLY = ("activity_days", "customer_features")
CHANGE = "delete from raw.orders where rowid % 50 = 0"


class TimedRunner(SparkRunner):
    """On Spark in dbt's own process; knows how long its build took."""

    seconds = 0.0

    def build(self) -> None:
        started = time.monotonic()
        self.dbt(*BUILD).expect_success()
        self.seconds = time.monotonic() - started


class ClusterRunner(TimedRunner):
    """The same through the Spark Connect server of a cluster."""

    def __init__(self, folder: Path, cluster: SparkCluster) -> None:
        super().__init__(folder)
        self.cluster = cluster

    @property
    def environment(self) -> dict[str, str]:
        """The environment every command of this project runs in."""
        return {
            **super().environment,
            **self.cluster.environment,
            "COTERIE_TARGET": "spark_connect",
        }


@pytest.fixture(scope="module")
def undisturbed(spark, demo, tmp_path_factory) -> TimedRunner:
    """A build that nothing happened to, in a session; its marts are written to `marts`."""
    project = TimedRunner(tmp_path_factory.mktemp("undisturbed"))
    project.read_raw(demo)
    project.build()
    project.write_marts(project.target / "marts", *EXPLAINING).expect_success()
    return project


def has_started(project: ProjectRunner, model: str) -> bool:
    """Whether dbt, as its log says, has begun to build a model."""
    log = project.target / "logs/dbt.log"
    return log.exists() and f".{model} ." in log.read_text()


def would_hurt(cluster: SparkCluster, worker: str) -> bool:
    """Whether a worker runs a task, holds shuffled rows, and some task reads such rows."""
    executor = cluster.executors().get(worker)
    if not executor or not (executor["isActive"] and executor["activeTasks"]):
        return False
    busy = {stage["stageId"] for stage in cluster.running("stages") if stage["numActiveTasks"]}
    # The last stage of a job of several: the others wrote what it reads.
    jobs = [job["stageIds"] for job in cluster.running("jobs") if len(job["stageIds"]) > 1]
    return executor["totalShuffleWrite"] > 0 and any(max(stages) in busy for stages in jobs)


def kill_worker_after(project: ClusterRunner, model: str, is_over: threading.Event) -> bool:
    """Kill a worker at a bad moment, once a model is begun; False if the build ended before."""
    cluster = project.cluster
    while not is_over.wait(0.05):
        # On a busy machine the driver may take its time to answer.
        with contextlib.suppress(OSError, ValueError):
            for worker in cluster.living_workers() if has_started(project, model) else ():
                if not would_hurt(cluster, worker):
                    continue
                # Stages are short: hold the worker, and look again when its last word is heard.
                cluster.freeze(worker)
                time.sleep(0.5)
                if would_hurt(cluster, worker):
                    cluster.kill(worker)
                    return True
                cluster.thaw(worker)
    return False


def test_workers_that_die_cost_no_row(undisturbed, demo, tmp_path):
    """Two workers die in turn, each with its executor and its shuffle files; a new one comes."""
    killed_after, is_over = [], threading.Event()

    def kill_two() -> None:
        for model in DEADLY:
            if kill_worker_after(project, model, is_over):
                killed_after.append(model)
                cluster.start_worker()

    with SparkCluster(tmp_path / "cluster") as cluster:
        project = ClusterRunner(tmp_path / "project", cluster)
        project.read_raw(demo)
        killer = threading.Thread(target=kill_two)
        killer.start()
        try:
            project.build()
        finally:
            is_over.set()
            killer.join()
        attempts = cluster.stages()
        executors = cluster.executors().values()
        project.write_marts(tmp_path / "marts", *EXPLAINING).expect_success()

    assert tuple(killed_after) == DEADLY
    assert sum(not executor["isActive"] for executor in executors) == len(DEADLY)
    failed_tasks = sum(attempt["numFailedTasks"] for attempt in attempts)
    assert failed_tasks >= len(DEADLY)
    # What a dead worker had shuffled is computed again.
    tried_again = {attempt["stageId"] for attempt in attempts if attempt["attemptId"]}
    assert tried_again
    results = compare_folders(
        undisturbed.target / "marts",
        tmp_path / "marts",
        read_grains(project.target / "manifest.json"),
    )
    assert {result.relation for result in results} >= {*MARTS, *EXPLAINING}
    assert [result.relation for result in results if result.differs] == []
    assert written_hash(tmp_path / "marts") == written_hash(undisturbed.target / "marts")
    record(
        "workers that die during a build on a cluster, demo of 1,000 customers",
        {
            "workers_killed_after_start_of": killed_after,
            "stages": len({attempt["stageId"] for attempt in attempts}),
            "stages_tried_again": len(tried_again),
            "tasks_failed": failed_tasks,
            "seconds": round(project.seconds, 1),
            "seconds_of_a_session_undisturbed": round(undisturbed.seconds, 1),
        },
    )


def last_publication(marts: Path) -> int:
    with duckdb.connect() as connection:
        query = f"select max(publication_id) from read_parquet('{marts}/publications/*.parquet')"
        return connection.execute(query).fetchone()[0]


def test_killed_builds_leave_the_marts_whole(undisturbed, demo, tmp_path):
    """SIGKILL of dbt and its Java while they build on changed input, read by a Spark of its own."""
    # The same change, built by DuckDB and never interrupted.
    twin = ProjectRunner(tmp_path / "twin")
    shutil.copy(demo.warehouse, twin.warehouse)
    twin.execute(CHANGE)
    twin.dbt("run").expect_success()
    twin.write_marts(tmp_path / "expected").expect_success()

    project = undisturbed
    before = written_hash(project.target / "marts")
    project.read_raw(twin)
    states, had_ended = [], 0
    kills = project.kill_dbt_at_random("run", times=5, longest_delay=5, seed=4)
    for was_running in kills:
        had_ended += not was_running
        marts = tmp_path / f"after_{len(states)}"
        project.write_marts(marts, "publications").expect_success()
        states.append((last_publication(marts), written_hash(marts)))
        assert states[-1][0] > 1 or states[-1][1] == before

    project.dbt("run").expect_success()
    project.write_marts(tmp_path / "at_last", "publications").expect_success()
    after = written_hash(tmp_path / "at_last")
    assert after != before
    assert last_publication(tmp_path / "at_last") == max(id_ for id_, _ in states) + 1
    for publication_id, marts in states:
        assert marts == (before if publication_id == 1 else after)
    shutil.rmtree(tmp_path / "at_last/publications")
    grains = read_grains(project.target / "manifest.json")
    results = compare_folders(tmp_path / "expected", tmp_path / "at_last", grains)
    assert {result.relation for result in results} >= set(MARTS)
    assert [result.relation for result in results if result.differs] == []
    record(
        "kills at random moments of a build on Spark",
        {
            "builds": len(states),
            "killed_while_running": len(states) - had_ended,
            "of_these_published_before": sum(id_ > 1 for id_, _ in states),
        },
    )
