"""Runs dbt in a project that installs Coterie as a local package."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from dbt_project_runner import ProjectRunner


class InstalledProject(ProjectRunner):
    """A project folder that is there already, with a warehouse and a target of its own elsewhere.

    What dbt says is printed as it says it: `pytest -s` shows the progress of a build.
    """

    def __init__(self, project: Path, folder: Path, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = project
        self.warehouse = folder / f"{project.name}.duckdb"
        self.target = folder / "target"
        self.own_environment = environment

    @property
    def environment(self) -> dict[str, str]:
        """The variables the profiles of the examples and of the outside project read."""
        return {
            **super().environment,
            "COTERIE_EXAMPLE_WAREHOUSE": str(self.warehouse),
            **self.own_environment,
        }

    @property
    def manifest(self) -> dict[str, Any]:
        """What dbt parsed last."""
        return json.loads((self.target / "manifest.json").read_text())

    def summary(self) -> subprocess.CompletedProcess:
        """Run `coterie summary` on the warehouse and print it."""
        done = subprocess.run(
            [sys.executable, "-m", "coterie", "summary", "--warehouse", str(self.warehouse)],
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        print(done.stdout + done.stderr, flush=True)
        return done

    def read_output(self, process: subprocess.Popen) -> str:
        """Print what a process says, line by line, and give it when it has ended."""
        lines = []
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
        process.wait()
        return "".join(lines)
