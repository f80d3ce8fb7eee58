"""An export is there whole or not at all, whenever the process that writes it is killed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ROOT, record
from two_publications import add_publication, copy_of
from typer.testing import CliRunner

from coterie.cli import app
from coterie.marts import GRAINS

FEW = "segments,customers,segment_personas"

# Runs the command line and kills itself at the n-th step that leaves a trace on the disk.
KILLED_AT = """
import os, pathlib, shutil, signal, sys
steps, last = 0, int(sys.argv.pop(1))

def step(function):
    def counted(*arguments, **options):
        global steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return counted

os.fsync = step(os.fsync)
shutil.rmtree = step(shutil.rmtree)
for name in ("mkdir", "rename", "replace", "symlink_to", "unlink"):
    setattr(pathlib.Path, name, step(getattr(pathlib.Path, name)))

from coterie.cli import app
try:
    app()
finally:
    print(steps)
"""


def run(*arguments: str):
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


def read(folder: Path) -> dict:
    """Read an export as any reader does: the manifest, then the files it names, every byte."""
    manifest = json.loads((folder / "manifest.json").read_text())
    place = folder / manifest["folder"]
    for mart in manifest["marts"].values():
        for file in mart["files"]:
            content = (place / file["path"]).read_bytes()
            assert len(content) == file["bytes"]
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
    return manifest


@pytest.fixture(scope="module")
def two(warehouse, tmp_path_factory) -> Path:
    """The demo published twice, the second time with other rows."""
    copy = copy_of(warehouse, tmp_path_factory.mktemp("two"))
    add_publication(copy)
    return copy


def test_the_files_hold_the_marts(warehouse, connection, tmp_path):
    result = run(tmp_path / "out", "--warehouse", warehouse)
    assert result.exit_code == 0, result.output
    manifest = read(tmp_path / "out")
    assert set(manifest["marts"]) == set(GRAINS)
    assert set(os.listdir(tmp_path / "out")) == {
        ".lock",
        "current",
        "manifest.json",
        manifest["folder"],
    }
    for name, mart in manifest["marts"].items():
        file = tmp_path / "out" / "current" / f"{name}.parquet"
        source = connection.sql(f"from marts.{name}")
        copied = duckdb.sql(f"from read_parquet('{file}')")
        assert copied.columns == source.columns
        assert copied.types == source.types
        assert [column["name"] for column in mart["columns"]] == source.columns
        assert mart["grain"] == list(GRAINS[name])
        (differing,) = connection.execute(
            f"""
            select count(*) from (
                (from marts.{name} except all from read_parquet('{file}'))
                union all
                (from read_parquet('{file}') except all from marts.{name})
            )
            """
        ).fetchone()
        assert differing == 0, name
    publication = connection.execute(
        "select publication_id, cast(as_of_date as varchar), model_version "
        "from publication.publications order by publication_id desc limit 1"
    ).fetchone()
    names = ("publication_id", "as_of_date", "model_version")
    assert tuple(manifest[name] for name in names) == publication


def test_the_same_publication_again_writes_nothing(warehouse, tmp_path):
    first = json.loads(run(tmp_path, "--warehouse", warehouse, "--marts", FEW, "--json").stdout)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    again = json.loads(run(tmp_path, "--warehouse", warehouse, "--marts", FEW, "--json").stdout)
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert again["manifest"] == first["manifest"]
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    assert kept.keys() == before.keys()
    assert [path.name for path in kept if kept[path] != before[path]] == [".lock"]


def test_what_is_damaged_is_written_again(warehouse, tmp_path):
    run(tmp_path, "--warehouse", warehouse, "--marts", FEW)
    manifest = read(tmp_path)
    (tmp_path / manifest["folder"] / "segments.parquet").write_bytes(b"PAR1")
    again = json.loads(run(tmp_path, "--warehouse", warehouse, "--marts", FEW, "--json").stdout)
    assert again["is_new"] is True
    read(tmp_path)


def test_a_picture_drawn_later_is_another_export(warehouse, tmp_path):
    """A map is drawn after the publication, so its number alone does not tell the content."""
    copy = copy_of(warehouse, tmp_path)
    out = tmp_path / "out"
    run(out, "--warehouse", copy, "--marts", "segment_curves")
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update segmentation.segment_trials set silhouette = silhouette / 2")
    run(out, "--warehouse", copy, "--marts", "segment_curves")
    assert len(list(out.glob("publication-*"))) == 2


def test_a_reader_of_an_older_export_keeps_it(warehouse, two, tmp_path):
    run(tmp_path, "--warehouse", warehouse, "--marts", FEW)
    older = read(tmp_path)
    place = tmp_path / older["folder"]
    # A reader that has opened the file keeps it even when the export is removed.
    with (place / "customers.parquet").open("rb") as held:
        run(tmp_path, "--warehouse", two, "--marts", FEW)
        assert place.is_dir()
        result = run(tmp_path, "--warehouse", two, "--marts", FEW, "--keep", "1")
        assert f"Removed {older['folder']}" in result.stdout
        assert not place.exists()
        content = held.read()
        (file,) = older["marts"]["customers"]["files"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert read(tmp_path)["publication_id"] == 2


def test_the_newest_exports_are_kept(warehouse, tmp_path):
    copy = copy_of(warehouse, tmp_path)
    out = tmp_path / "out"
    for keep in (None, None, 2):
        number = add_publication(copy, change=False)
        run(out, "--warehouse", copy, "--marts", "segments", *(["--keep", keep] if keep else []))
    kept = sorted(path.name.split("-")[1] for path in out.glob("publication-*"))
    assert kept == [str(number - 1), str(number)]


def test_killed_at_any_step_it_leaves_an_export_whole(warehouse, two, tmp_path):
    """Every step that leaves a trace on the disk is a place to die; the next run mends it."""
    script = tmp_path / "killed_at.py"
    script.write_text(KILLED_AT)

    def killed_at(step: int, folder: Path) -> subprocess.CompletedProcess:
        command = [sys.executable, str(script), str(step), "export", str(folder)]
        command += ["--warehouse", str(two), "--marts", "segments", "--keep", "1"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)

    def first(folder: Path) -> str:
        assert run(folder, "--warehouse", warehouse, "--marts", "segments").exit_code == 0
        return read(folder)["folder"]

    former = first(tmp_path / "whole")
    done = killed_at(0, tmp_path / "whole")
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout.splitlines()[-1])
    latter = read(tmp_path / "whole")["folder"]
    assert steps > 10
    seen = []
    for step in range(1, steps + 1):
        folder = tmp_path / str(step)
        first(folder)
        assert killed_at(step, folder).returncode == -signal.SIGKILL
        seen.append(read(folder)["folder"])
        assert (folder / "current" / "segments.parquet").exists()
        # A new run ends what was begun and leaves nothing else.
        assert run(folder, "--warehouse", two, "--marts", "segments", "--keep", "1").exit_code == 0
        assert read(folder)["folder"] == latter
        assert set(os.listdir(folder)) == {".lock", "current", "manifest.json", latter}
        assert os.readlink(folder / "current") == latter
    # One step is the commit: before it the former one, from it on the latter.
    assert seen == sorted(seen, key=[former, latter].index)
    assert set(seen) == {former, latter}


def test_two_exports_at_once_do_not_mix(warehouse, tmp_path):
    import fcntl  # noqa: PLC0415

    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run(tmp_path, "--warehouse", warehouse)
    assert result.exit_code == 2
    assert "Another export into" in result.stderr
    assert os.listdir(tmp_path) == [".lock"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--marts", "segments,nothing"), "There is no mart nothing in schema marts; there are: "),
        (("--marts", ","), "No mart is named"),
    ],
)
def test_marts_that_are_not_there_are_an_error(warehouse, tmp_path, arguments, words):
    result = run(tmp_path, "--warehouse", warehouse, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert os.listdir(tmp_path) == [".lock"]


def test_a_folder_that_cannot_be_written_is_an_error(warehouse, tmp_path):
    (tmp_path / "file").write_text("no folder")
    result = run(tmp_path / "file" / "out", "--warehouse", warehouse)
    assert result.exit_code == 2
    assert "cannot be written (Not a directory)" in result.stderr


def test_a_full_disk_is_an_error_and_changes_nothing(warehouse, two, tmp_path, monkeypatch):
    run(tmp_path, "--warehouse", warehouse, "--marts", FEW)
    former = read(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(tmp_path, "--warehouse", two, "--marts", FEW)
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert read(tmp_path) == former


@pytest.mark.prove
def test_duckdb_1_4_reads_the_warehouse_and_an_export(warehouse, tmp_path):
    """The oldest version that is promised, and what it finds in every mart."""
    run(tmp_path / "out", "--warehouse", warehouse)
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv/bin/python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", "duckdb==1.4.*"], check=True)
    script = """
import duckdb, json, sys
warehouse, export = sys.argv[1:]
connection = duckdb.connect(warehouse, read_only=True)
connection.execute("set enable_progress_bar = false")
views = connection.execute(
    "select schema_name, view_name from duckdb_views() where not internal"
).fetchall()
rows = {}
for schema, view in views:
    connection.execute(f'describe "{schema}"."{view}"')
    if schema == "marts":
        count = len(connection.execute(f'from marts."{view}"').fetchall())
        (copied,) = connection.execute(
            f"select count(*) from read_parquet('{export}/{view}.parquet')"
        ).fetchone()
        rows[view] = [count, copied]
print(json.dumps({"version": duckdb.__version__, "views": len(views), "rows": rows}))
"""
    done = subprocess.run(
        [str(python), "-c", script, str(warehouse), str(tmp_path / "out/current")],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    manifest = read(tmp_path / "out")
    assert found["version"].startswith("1.4.")
    assert found["rows"] == {
        name: [mart["rows"], mart["rows"]] for name, mart in manifest["marts"].items()
    }
    record(
        "duckdb_1_4_reads_the_warehouse",
        {"version": found["version"], "views": found["views"], "marts": len(found["rows"])},
    )


@pytest.mark.slow
def test_killed_by_the_clock_it_leaves_an_export_whole(warehouse, two, tmp_path):
    """All marts, killed wherever the process happens to be, within a write too."""
    run(tmp_path, "--warehouse", warehouse)
    former = read(tmp_path)["folder"]
    command = [sys.executable, "-m", "coterie", "export", str(tmp_path), "--warehouse", str(two)]
    killed = 0
    for _ in range(12):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        # It has begun to write when its hidden folder is there; then at any of its files.
        while process.poll() is None and not list(tmp_path.glob(".unfinished-*/*.parquet")):
            time.sleep(0.001)
        time.sleep(0.02 * killed)
        process.kill()
        was_running = process.wait() == -signal.SIGKILL
        manifest = read(tmp_path)
        if not was_running:
            break
        assert manifest["folder"] == former or manifest["publication_id"] == 2
        killed += 1
    assert killed > 0
    assert run(tmp_path, "--warehouse", two).exit_code == 0
    assert read(tmp_path)["publication_id"] == 2
    assert not list(tmp_path.glob(".unfinished-*"))
