"""Runs dbt and the command line on a copy of the project, as a user's shell would."""

import contextlib
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from coterie.demo.export import export
from coterie.demo.generate import Settings

ROOT = Path(__file__).parents[2]
PROJECT_PARTS = (
    "dbt_project.yml",
    "profiles.yml",
    "models",
    "python_models",
    "macros",
    "seeds",
    "tests",
)
# What the long proofs measured, under the name of each proof.
FIGURES = ROOT / "benchmarks/figures.json"
MARTS = (
    "customers",
    "customer_segments",
    "customer_segment_history",
    "customer_dimensions",
    "segments",
    "segment_profiles",
    "segment_personas",
    "segment_lineage",
    "cohort_retention",
    "lifetime_checks",
    "customer_scores",
)
# Layers that explain a difference in a mart.
EXPLAINING = (
    "customer_identities",
    "customer_features",
    "feature_scaling",
    "segment_prototypes",
    "lifecycle_stages",
    "lifetime_parameters",
    "customer_lifetime",
    "score_terms",
)


@dataclass(frozen=True)
class DbtResult:
    """Exit code, output, and the status and seconds of each node of one dbt run."""

    exit_code: int
    output: str
    statuses: dict[str, str]
    seconds: dict[str, float]

    def status(self, name: str) -> str:
        """Status of the one node whose unique id ends with, or holds, the name."""
        matches = {
            status
            for node, status in self.statuses.items()
            if node.split(".")[-1] == name or node.split(".")[2] == name
        }
        assert len(matches) == 1, f"{name}: {matches or 'not run'}\n{self.output[-3000:]}"
        return matches.pop()

    def expect_success(self) -> "DbtResult":
        """Return itself, or fail with dbt's own words."""
        assert self.exit_code == 0, self.output[-6000:]
        return self


class ProjectRunner:
    """A copy of the project in a folder of its own, with a warehouse of its own.

    Attributes
    ----------
    parsed
        What dbt kept of parsing the project as it stands; copies begin with it, and dbt reads anew
        what they change. It saves each of them some seconds.
    """

    parsed: Path | None = None

    def __init__(self, folder: Path, *, copy: bool = True) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder / "project" if copy else ROOT
        self.warehouse = folder / "coterie.duckdb"
        self.target = folder / "target"
        if copy:
            for part in PROJECT_PARTS:
                source = ROOT / part
                if source.is_dir():
                    shutil.copytree(
                        source,
                        self.folder / part,
                        ignore=shutil.ignore_patterns("python", "__pycache__"),
                    )
                else:
                    self.folder.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, self.folder / part)
            if self.parsed:
                self.target.mkdir()
                shutil.copy(self.parsed, self.target)

    @property
    def environment(self) -> dict[str, str]:
        """The environment every command of this project runs in."""
        return {
            **os.environ,
            # Relative: dbt parses anew where a variable of the profile has another value.
            "COTERIE_WAREHOUSE": os.path.relpath(self.warehouse, self.folder),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.target / "logs"),
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_USE_COLORS": "false",
        }

    def demo(self, customers: int, *, seed: int = 7, months: int = 24) -> None:
        """Generate the demo's raw tables."""
        command = [sys.executable, "-m", "coterie", "demo", "--customers", str(customers)]
        command += ["--seed", str(seed), "--months", str(months)]
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start_dbt(
        self,
        *arguments: str,
        variables: dict[str, Any] | None = None,
        own_group: bool = False,
    ) -> subprocess.Popen:
        """Start dbt and return at once; in a group of its own it can be killed with its Java."""
        command = [str(Path(sys.executable).with_name("dbt")), *arguments]
        if variables:
            command += ["--vars", json.dumps(variables)]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=own_group,
        )

    def dbt(self, *arguments: str, variables: dict[str, Any] | None = None) -> DbtResult:
        """Run dbt to its end."""
        results = self.target / "run_results.json"
        results.unlink(missing_ok=True)
        process = self.start_dbt(*arguments, variables=variables)
        output = self.read_output(process)
        statuses, seconds = {}, {}
        if results.exists():
            for result in json.loads(results.read_text())["results"]:
                statuses[result["unique_id"]] = result["status"]
                seconds[result["unique_id"]] = result["execution_time"]
        return DbtResult(process.returncode, output, statuses, seconds)

    def read_output(self, process: subprocess.Popen) -> str:
        """Wait for a process and give what it said."""
        output, _ = process.communicate()
        return output

    def kill_dbt_at(self, share: float, delay: float, *arguments: str) -> bool:
        """Kill dbt (SIGKILL) some seconds after it began a share of its nodes.

        By nodes, not by the clock: how long a build takes depends on who else is at work. False
        if it had ended by then.
        """
        process = self.start_dbt(*arguments, own_group=True)
        for line in process.stdout:
            begun = re.search(r"(\d+) of (\d+) START (?!hook)", line)
            if begun and int(begun[1]) >= share * int(begun[2]):
                break
        time.sleep(delay)
        was_running = process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return was_running

    def kill_dbt_at_random(
        self, *arguments: str, times: int, longest_delay: float, seed: int
    ) -> Iterator[bool]:
        """Kill dbt at random moments until it was running that many times.

        Yields after each start whether it was.
        """
        moments = random.Random(seed)
        while times > 0:
            share, delay = moments.random(), moments.uniform(0, longest_delay)
            was_running = self.kill_dbt_at(share, delay, *arguments)
            times -= was_running
            yield was_running

    def write_marts(self, folder: Path, *models: str) -> DbtResult:
        """Write the marts, and models by name, as files below a folder."""
        arguments = json.dumps({"folder": str(folder), "models": models})
        return self.dbt("run-operation", "coterie.write_marts", "--args", arguments)

    def execute(self, *statements: str) -> None:
        """Change the warehouse by hand."""
        with duckdb.connect(str(self.warehouse)) as connection:
            for statement in statements:
                connection.execute(statement)

    def query(self, query: str) -> list[tuple]:
        """Rows of a query, read-only."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def marts_hash(self, schema: str = "marts") -> dict[str, str]:
        """Give a hash of the sorted rows of every mart."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return {mart: table_hash(connection, f"{schema}.{mart}") for mart in MARTS}

    def schema_hash(self, schema: str = "marts") -> dict[str, str]:
        """Give a hash of the sorted rows of all that stands in a schema."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            names = connection.execute(
                "select table_name from information_schema.tables where table_schema = ?", [schema]
            ).fetchall()
            return {name: table_hash(connection, f"{schema}.{name}") for (name,) in names}


class SparkRunner(ProjectRunner):
    """The same on Spark in dbt's own process, with tables and catalogue in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.spark_home = folder / "spark"
        self.raw = folder / "raw"

    @property
    def environment(self) -> dict[str, str]:
        """The environment every command of this project runs in."""
        return {
            **super().environment,
            "COTERIE_TARGET": "spark",
            "COTERIE_SPARK_HOME": str(self.spark_home),
        }

    def read_raw(self, source: ProjectRunner) -> None:
        """Take over the raw tables of a DuckDB warehouse, as files."""
        settings = Settings(customers=1, seed=0, months=1)  # Of the marker only.
        with duckdb.connect(str(source.warehouse), read_only=True) as connection:
            for _ in export(connection, self.raw, settings):
                pass
        arguments = json.dumps({"folder": str(self.raw)})
        operation = ("run-operation", "coterie.read_input_files", "--args", arguments)
        self.dbt(*operation).expect_success()


def written_hash(folder: Path) -> dict[str, str]:
    """Give a hash of the sorted rows of every mart that `write_marts` wrote."""
    with duckdb.connect() as connection:
        return {
            mart: table_hash(connection, f"read_parquet('{folder / mart}/*.parquet')")
            for mart in MARTS
        }


def table_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Give the md5 of a table's sorted rows, every digit of every number counting."""
    rows = connection.execute(f"select cast(t as varchar) from {table} as t").fetchall()
    text = "\n".join(sorted(row[0] for row in rows))
    return f"{len(rows)} rows {hashlib.md5(text.encode()).hexdigest()}"


def record(name: str, figures: dict) -> None:
    """Keep figures under a name, beside those of the other proofs."""
    FIGURES.parent.mkdir(exist_ok=True)
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    kept[name] = figures
    FIGURES.write_text(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")
