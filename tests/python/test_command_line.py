"""The command line as people and scripts meet it: exit codes, errors, JSON, text in a pipe."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ROOT
from typer.testing import CliRunner

import coterie.cli
from coterie.cli import app
from coterie.marts import GRAINS, find_layout, marts
from coterie.warehouse import MAGIC_PLACE

COMMANDS = {
    "summary": ["summary"],
    "explain": ["explain", "a1b2"],
    "diff": ["diff"],
    "export": ["export", "OUT"],
}
HEADER = 4096
# Of DuckDB's checksum of a block: each word times this, all of them joined by exclusive or.
FACTOR = 0xBF58476D1CE4E5B9


def run(*arguments: str):
    return CliRunner().invoke(app, list(map(str, arguments)))


def fails(command: str, warehouse: Path, folder: Path) -> str:
    """Run a command on a file that will not do; give what it says when it fails as it should."""
    arguments = [str(folder / "out") if a == "OUT" else a for a in COMMANDS[command]]
    result = run(*arguments, "--warehouse", warehouse)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert all(line.startswith("coterie: ") for line in result.stderr.splitlines())
    return result.stderr


def small(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table things as from range(100000) as r(i)")
        for statement in statements:
            connection.execute(statement)
    return path


def of_a_newer_version(path: Path) -> Path:
    """Raise the storage version in the header, and mend its checksum."""
    small(path)
    header = bytearray(path.read_bytes()[:HEADER])

    def words() -> int:
        parts = (int.from_bytes(header[place : place + 8], "little") for place in (8, 16))
        first, second = ((part * FACTOR) % 2**64 for part in parts)
        return first ^ second

    checksum = int.from_bytes(header[:8], "little") ^ words()
    version = MAGIC_PLACE + 4
    header[version : version + 8] = (9999).to_bytes(8, "little")
    header[:8] = (checksum ^ words()).to_bytes(8, "little")
    with path.open("r+b") as file:
        file.write(header)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_will_not_do_is_an_error_that_says_what_to_do(command, tmp_path):
    text = tmp_path / "text.duckdb"
    text.write_text("no database " * 1000)
    empty = tmp_path / "empty.duckdb"
    empty.touch()
    half = small(tmp_path / "half.duckdb")
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    files = {
        tmp_path / "nothing.duckdb": "There is no warehouse file at .* run `make build` first",
        tmp_path: "is a folder, not a warehouse file: name the .duckdb file",
        text: "is not a DuckDB file: name the warehouse that dbt builds",
        empty: "is not a DuckDB file",
        half: "cannot be opened by DuckDB .* copy it anew",
        of_a_newer_version(tmp_path / "newer.duckdb"): "was written in a newer storage version "
        f"than DuckDB {duckdb.__version__} reads .* install a newer DuckDB",
        small(tmp_path / "other.duckdb"): "holds no build of Coterie yet: run `dbt build` first",
    }
    for file, words in files.items():
        assert re.search(words, fails(command, file, tmp_path)), file


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_being_written_is_an_error(command, tmp_path):
    file = small(tmp_path / "locked.duckdb")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb, sys; c = duckdb.connect({str(file)!r}); print(1, flush=True); "
            "sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        holder.stdout.readline()
        said = fails(command, file, tmp_path)
    finally:
        holder.communicate()
    assert "another process is writing to it" in said
    assert "wait until it has ended" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_build_without_a_publication_is_told(command, tmp_path):
    file = small(
        tmp_path / "none.duckdb",
        "create schema main_publication",
        "create table main_publication.publications (publication_id bigint, as_of_date date, "
        "model_version varchar, build_id varchar, known_until date, published_at timestamp)",
        "create table main_publication.publication_checks as select 'a_gate' as check_name, "
        "1.0 as figure, 0.0 as check_limit, false as is_passed, 'Look.' as words, "
        "1 as publication_id",
    )
    if command == "summary":
        result = run("summary", "--warehouse", file)
        assert (result.exit_code, result.stderr) == (1, "")
        assert "Nothing has been published yet" in result.stdout
    else:
        assert "published" in fails(command, file, tmp_path)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_build_of_another_version_is_told_without_a_traceback(command, tmp_path):
    """A table that has other columns than this version reads."""
    file = small(
        tmp_path / "other.duckdb",
        "create schema publication",
        "create table publication.publications as select unnest([1, 2]) as publication_id",
    )
    assert "does not answer as a build of this version would" in fails(command, file, tmp_path)


def test_schemas_are_found_whatever_stands_around_their_names(tmp_path):
    file = small(
        tmp_path / "named.duckdb",
        'create schema "my publication of acme"',
        'create schema "my marts of acme"',
        'create table "my publication of acme".publications as select 1 as publication_id',
        'create table "my marts of acme".segments as select 1 as segment_id',
        'create table "my marts of acme".somebody_elses as select 1 as i',
    )
    with duckdb.connect(str(file), read_only=True) as connection:
        layout = find_layout(connection)
        assert layout.relation("marts", 'a "b"') == '"my marts of acme"."a ""b"""'
        assert marts(connection, layout) == ["segments"]


def test_the_keys_of_the_marts_are_those_of_the_project(manifest):
    nodes = manifest["nodes"]
    keys, of_the_build = {}, set()
    for test in nodes.values():
        node = nodes.get(test.get("attached_node"))
        if not node or (test.get("test_metadata") or {}).get("name") != "unique_combination":
            continue
        if node["path"].startswith("marts"):
            keys.setdefault(node["alias"], tuple(test["test_metadata"]["kwargs"]["columns"]))
            of_the_build |= {
                name
                for name, column in node["columns"].items()
                if column.get("meta", {}).get("of_the_build")
            }
    assert keys == GRAINS
    assert of_the_build <= coterie.diff.OF_THE_PUBLICATION


def commands() -> list[str]:
    """Names of all commands, as `coterie --help` lists them."""
    names = [command.name or command.callback.__name__ for command in app.registered_commands]
    return [name.replace("_", "-") for name in names]


@pytest.mark.parametrize("command", commands())
def test_every_command_tells_its_exit_codes_and_takes_json(command):
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    text = " ".join(result.stdout.split())
    assert "Exit codes: 0 " in text
    assert "2 " in text.split("Exit codes: ")[1]
    assert "--json" in text


def test_the_guide_names_every_command():
    guide = (ROOT / "docs/guides/command_line.md").read_text()
    assert [name for name in commands() if f"`coterie {name}" not in guide] == []


def test_json_is_all_that_is_printed(tmp_path):
    file = tmp_path / "demo.duckdb"
    demo = ("demo", "--customers", "20", "--months", "1", "--warehouse", str(file), "--json")
    first = run(*demo)
    page = json.loads(first.stdout)
    assert page["customers"] == 20
    assert page["is_new"] is True
    with duckdb.connect(str(file), read_only=True) as connection:
        (orders,) = connection.execute("select count(*) from raw.orders").fetchone()
    assert page["rows"]["orders"] == orders
    assert json.loads(run(*demo, "--if-needed").stdout)["is_new"] is False


def test_json_of_java_says_what_is_wrong(monkeypatch):
    monkeypatch.setattr(coterie.cli, "java_problem", lambda: "There is no Java.")
    result = run("check-java", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {"runs_spark": False, "problem": "There is no Java."}
    monkeypatch.setattr(coterie.cli, "java_problem", lambda: None)
    result = run("check-java", "--json")
    assert (result.exit_code, json.loads(result.stdout)["runs_spark"]) == (0, True)


def test_json_of_every_command_that_reads_is_json(warehouse, connection, tmp_path):
    ((customer,),) = connection.execute("select min(customer_id) from marts.customers").fetchall()
    for arguments in (
        ("summary",),
        ("explain", customer),
        ("export", tmp_path / "out", "--marts", "segments"),
        ("diff", "--before", "1", "--after", "1"),
    ):
        result = run(*arguments, "--warehouse", warehouse, "--json")
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)


def test_text_in_a_pipe_is_plain_and_a_row_is_a_line(warehouse, tmp_path):
    command = [sys.executable, "-m", "coterie", "export", str(tmp_path / "out")]
    command += ["--warehouse", str(warehouse)]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines[1 : 1 + len(GRAINS)]] == sorted(GRAINS)


def test_a_terminal_gets_styled_text(warehouse):
    """The same page, on a terminal of 80 columns."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "coterie", "summary", "--warehouse", str(warehouse)]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(command, stdout=slave, env=environment)
    os.close(slave)
    said = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:
            # Linux says so when the other end has closed.
            break
        if not part:
            break
        said += part
    os.close(master)
    assert process.wait() == 0
    assert b"\x1b[1m" in said
