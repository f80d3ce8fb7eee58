"""Renders calls of the project's macros as SQL of an engine, without touching that engine."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
OUTPUTS = {
    "duckdb": {"type": "duckdb", "path": ":memory:"},
    "spark": {"type": "spark", "method": "session", "host": "NA", "schema": "default"},
}


def render(
    folder: Path,
    calls: dict[str, str],
    *,
    engine: str = "duckdb",
    macros: dict[str, str] | None = None,
    models: Sequence[str] = (),
) -> dict[str, str]:
    """Give the SQL of each Jinja text, by the same name.

    dbt does it, in a project of its own in `folder` that holds nothing but the macros. Files of
    `macros`, by their path, stand in for those of the project; the calls may refer to `models`.
    """
    # Named as the package, so that macros called by its name are found.
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())
    kept = {key: project[key] for key in ("name", "version", "vars")}
    folder.joinpath("dbt_project.yml").write_text(yaml.safe_dump({**kept, "profile": "rendering"}))
    folder.joinpath("profiles.yml").write_text(
        yaml.safe_dump({"rendering": {"target": engine, "outputs": OUTPUTS}})
    )
    shutil.copytree(
        ROOT / "macros",
        folder / "macros",
        ignore=shutil.ignore_patterns("_*__macros.yml"),
        dirs_exist_ok=True,
    )
    for path, text in (macros or {}).items():
        folder.joinpath("macros", path).write_text(text)
    calls_folder = folder / "models"
    calls_folder.mkdir(exist_ok=True)
    for model in models:
        calls_folder.joinpath(f"{model}.sql").write_text("select 1 as stand_in")
    # One model for all: dbt has to look at it once, and it takes any text for SQL.
    text = "\n".join(f"-- call {name}\n{call}" for name, call in calls.items())
    calls_folder.joinpath("calls.sql").write_text(text)
    command = [str(Path(sys.executable).with_name("dbt")), "compile"]
    command += ["--profiles-dir", ".", "--target-path", "target", "--log-path", "logs"]
    command += ["--no-introspect", "--no-populate-cache"]
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    compiled = (folder / "target/compiled/coterie/models/calls.sql").read_text()
    rendered = {}
    for part in ("\n" + compiled).split("\n-- call ")[1:]:
        name, _, sql = part.partition("\n")
        rendered[name] = sql.strip()
    assert rendered.keys() == calls.keys()
    return rendered
