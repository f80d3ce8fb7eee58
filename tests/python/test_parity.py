"""Two builds side by side: each kind of difference is seen, equal builds are equal."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import MARTS

from coterie.java import java_problem
from coterie.parity import (
    EXAMPLES,
    Grain,
    ParityError,
    RelationComparison,
    compare_folders,
    read_grains,
)

GRAINS = {"things": Grain(key=("id", "day"), of_the_build=frozenset({"build_id"}))}
# Every kind of column that a relation holds; 0.1 + 0.2 is not 0.3, but near enough.
LEFT = """
    select
        i as id,
        date '2024-01-01' + i::int as day,
        'thing ' || i as label,
        i % 2 = 0 as is_even,
        timestamp '2024-01-01 10:00:00.5' + to_minutes(i) as seen_at,
        cast(i as bigint) as pieces,
        cast(i as decimal(18, 4)) / 8 as price,
        case when i % 3 > 0 then 0.1::double + 0.2::double * i end as score,
        [i / 7.0::double, null, 1e-20] as vector,
        [{'feature': 'f' || i, 'weight': i / 3.0::double}] as reasons,
        'first build' as build_id
    from range(6) as r(i)
"""
SAME = "select * replace (score * (1 + 2e-10) as score, 'second build' as build_id) from things"


def write(folder: Path, query: str, relation: str = "things") -> Path:
    (folder / relation).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"create table things as {LEFT}")
        connection.execute(f"copy ({query}) to '{folder / relation}/part.parquet'")
    return folder


def compare(tmp_path: Path, right: str, left: str = "from things") -> RelationComparison:
    (result,) = compare_folders(
        write(tmp_path / "left", left), write(tmp_path / "right", right), GRAINS
    )
    return result


def test_equal_builds_are_equal(tmp_path):
    result = compare(tmp_path, SAME)
    assert not result.differs
    assert (result.rows_left, result.rows_right) == (6, 6)
    assert result.largest_relative == pytest.approx(2e-10)


def test_types_may_differ_where_values_do_not(tmp_path):
    right = """
        select * replace (
            id::integer as id, pieces::double as pieces, price::double as price,
            seen_at at time zone 'UTC' as seen_at
        )
        from things order by id desc
    """
    assert not compare(tmp_path, right).differs


def test_columns_may_stand_in_another_order(tmp_path):
    assert not compare(tmp_path, "select label, * exclude (label) from things").differs


@pytest.mark.parametrize(
    ("column", "changed"),
    [
        ("label", "label || ' '"),
        ("label", "upper(label)"),
        ("label", "case when id > 0 then label end"),
        ("is_even", "not is_even"),
        ("is_even", "nullif(is_even, false)"),
        ("seen_at", "seen_at + interval 1 microsecond"),
        ("seen_at", "seen_at + interval 1 hour"),
        ("pieces", "pieces + 1"),
        # Whole numbers have no tolerance.
        ("pieces", "pieces + 1000000000000"),
        ("price", "price + 0.0001"),
        ("price", "nullif(price, 0)"),
        ("score", "score * (1 + 2e-9)"),
        ("score", "coalesce(score, 0)"),
        ("score", "case when id <> 1 then score end"),
        ("score", "case when id = 1 then 'nan'::double else score end"),
        ("score", "case when id = 1 then 'infinity'::double else score end"),
        ("score", "-score"),
        ("vector", "[vector[1] + 1e-8, vector[2], vector[3]]"),
        ("vector", "[vector[2], vector[1], vector[3]]"),
        ("vector", "vector[1:2]"),
        ("vector", "list_append(vector, null)"),
        ("vector", "case when id > 0 then vector end"),
        ("reasons", "[{'feature': 'g', 'weight': reasons[1].weight}]"),
        ("reasons", "[{'feature': reasons[1].feature, 'weight': reasons[1].weight + 1}]"),
        ("reasons", "[{'feature': reasons[1].feature, 'weight': nullif(1.0::double, 1)}]"),
        ("reasons", "[nullif(reasons[1], reasons[1])]"),
    ],
)
def test_a_changed_column_is_seen_from_both_sides(tmp_path, column, changed):
    query = f"select * replace ({changed} as {column}) from things"
    for left, right, folder in (("from things", query, "a"), (query, "from things", "b")):
        result = compare(tmp_path / folder, right, left)
        assert [difference.column for difference in result.columns] == [column]
        assert result.differs
        assert result.only_left == result.only_right == 0


def test_a_difference_is_counted_measured_and_shown(tmp_path):
    result = compare(
        tmp_path,
        "select * replace (case when id > 1 then price * 1.25 else price end as price) from things",
    )
    (difference,) = result.columns
    assert difference.rows == 4
    assert difference.largest_relative == pytest.approx(0.2)
    assert len(difference.examples) == EXAMPLES
    key, left, right = difference.examples[0]
    assert (key["id"], float(left), float(right)) == (2, 0.25, 0.3125)


def test_numbers_below_the_floor_are_equal(tmp_path):
    """What is left of a sum that cancels out: 1e-20 against 0 is a relative difference of 1."""
    result = compare(tmp_path, "select * replace ([vector[1], null, 0] as vector) from things")
    assert not result.differs


def test_infinite_and_missing_numbers_equal_themselves(tmp_path):
    query = (
        "select * replace (case id when 1 then 'nan'::double when 2 then '-infinity'::double end "
        "as score) from things"
    )
    assert not compare(tmp_path, query, query).differs


def test_missing_and_surplus_keys_are_counted(tmp_path):
    result = compare(
        tmp_path,
        "select * replace (case when id = 5 then 9 else id end as id) from things where id <> 2",
    )
    assert (result.only_left, result.only_right) == (2, 1)
    assert [key["id"] for key in result.examples_only_left] == [2, 5]
    assert [key["id"] for key in result.examples_only_right] == [9]
    assert result.columns == []
    assert result.differs


def test_a_null_in_a_key_is_a_value(tmp_path):
    query = "select * replace (nullif(id, 3) as id) from things"
    assert not compare(tmp_path, query, query).differs


@pytest.mark.parametrize(
    ("right", "words"),
    [
        ("select * exclude (label) from things", "things has no column label in"),
        ("select *, 1 as extra from things", "things has no column extra in"),
        ("select * exclude (day) from things", "things has no column day in"),
        ("select * replace (score::text as score) from things", "things.score is DOUBLE in"),
        ("select * replace ([label] as vector) from things", r"things.vector is DOUBLE\[\] in"),
        (
            "from things union all from things where id = 4",
            r"repeats its key \(id, day\): 2 rows with id 4, day 2024-01-05",
        ),
    ],
)
def test_what_cannot_be_compared_is_told_in_words(tmp_path, right, words):
    with pytest.raises(ParityError, match=words):
        compare(tmp_path, right)


def test_a_varying_column_may_be_missing(tmp_path):
    assert not compare(tmp_path, "select * exclude (build_id) from things").differs


def test_missing_folders_relations_and_keys_are_told_in_words(tmp_path):
    left = write(tmp_path / "left", "from things")
    with pytest.raises(ParityError, match=r"There is no folder .*right"):
        compare_folders(left, tmp_path / "right", GRAINS)
    right = write(tmp_path / "right", "from things", relation="others")
    with pytest.raises(ParityError) as raised:
        compare_folders(left, right, GRAINS)
    assert re.search(r"others is missing in .*left", str(raised.value))
    assert re.search(r"things is missing in .*right", str(raised.value))
    with pytest.raises(ParityError, match="others has no key"):
        compare_folders(right, right, GRAINS)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ParityError, match="Neither"):
        compare_folders(empty, empty, GRAINS)


def manifest_of(tmp_path: Path) -> Path:
    columns = {
        "id": {"meta": {}},
        "day": {"meta": {}},
        "build_id": {"meta": {"of_the_build": True}},
    }
    nodes = {
        "model.coterie.things": {"name": "things", "columns": columns},
        "test.coterie.a": {
            "name": "a",
            "attached_node": "model.coterie.things",
            "test_metadata": {"name": "not_null_columns", "kwargs": {"columns": ["label"]}},
        },
        "test.coterie.b": {
            "name": "b",
            "attached_node": "model.coterie.things",
            "test_metadata": {"name": "unique_combination", "kwargs": {"columns": ["id", "day"]}},
        },
        "test.coterie.c": {
            "name": "c",
            "attached_node": "model.coterie.things",
            "test_metadata": {"name": "unique_combination", "kwargs": {"columns": ["label"]}},
        },
    }
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": nodes}))
    return path


def test_keys_are_those_the_project_tests(tmp_path):
    assert read_grains(manifest_of(tmp_path)) == GRAINS
    with pytest.raises(ParityError, match="dbt parse"):
        read_grains(tmp_path / "nothing.json")


def run_parity(*arguments: str | Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "coterie", "parity", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_reports_and_exits(tmp_path):
    left = write(tmp_path / "left", "from things")
    same = write(tmp_path / "same", SAME)
    other = write(
        tmp_path / "other", "select * replace (label || '!' as label) from things where id < 5"
    )
    manifest = ("--manifest", manifest_of(tmp_path))

    done = run_parity(left, same, *manifest)
    assert (done.returncode, done.stderr) == (0, "")
    assert "All 1 relations are equal" in done.stdout

    done = run_parity(left, other, *manifest)
    assert done.returncode == 1
    assert "things: 1 keys only left" in done.stdout
    assert "id 0, day 2024-01-01: thing 0 | thing 0!" in done.stdout

    done = run_parity(left, other, *manifest, "--json")
    assert done.returncode == 1
    (page,) = json.loads(done.stdout)
    assert (page["relation"], page["only_left"], page["differs"]) == ("things", 1, True)
    assert page["columns"][0]["rows"] == 5

    done = run_parity(left, tmp_path / "nowhere", *manifest)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("coterie: There is no folder")


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ('openjdk version "17.0.15" 2025-04-15', True),
        ('openjdk version "21" 2023-09-19', True),
        ('java version "25.0.1" 2025-10-21 LTS', True),
        ('openjdk version "11.0.28" 2025-07-15', False),
        ('java version "1.8.0_461"', False),
        ("something else", False),
    ],
)
def test_old_java_is_told(tmp_path, version, is_enough):
    java = tmp_path / "bin/java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{version}' >&2\n")
    java.chmod(0o755)
    for environment in ({"PATH": f"{java.parent}:/bin"}, {"JAVA_HOME": str(tmp_path)}):
        problem = java_problem(environment)
        assert (problem is None) is is_enough
        if problem is not None:
            assert "apt-get install openjdk-17-jre-headless" in problem
            assert "brew install openjdk@17" in problem
            assert str(java) in problem


def test_missing_java_is_told(tmp_path):
    assert "no Java on the PATH" in java_problem({"PATH": str(tmp_path)})
    # Spark takes JAVA_HOME before the PATH.
    assert "holds no bin/java" in java_problem({"PATH": "/usr/bin", "JAVA_HOME": str(tmp_path)})
    stub = tmp_path / "java"
    stub.write_text("#!/bin/sh\nexit 1\n")
    stub.chmod(0o755)
    assert "does not run" in java_problem({"PATH": f"{tmp_path}:/bin"})


def test_check_java_prints_no_trace(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "check-java"],
        env={**os.environ, "PATH": str(tmp_path), "JAVA_HOME": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match(r"coterie: There is no Java on the PATH.*\n$", done.stderr)


def written(folder: Path) -> set[str]:
    return {part.name for part in folder.iterdir()}


def test_marts_are_written_anew(demo, tmp_path):
    folder, again = tmp_path / "it's here", tmp_path / "again"
    demo.write_marts(folder).expect_success()
    assert written(folder) >= set(MARTS)
    assert "customer_features" not in written(folder)
    # Files that another build left are no rows of this one.
    (again / "customers").mkdir(parents=True)
    (again / "customers/data_99.parquet").write_bytes(
        next((folder / "customers").iterdir()).read_bytes()
    )
    demo.write_marts(again, "customer_features").expect_success()
    assert written(again) == {*written(folder), "customer_features"}

    (again / "customer_features").rename(tmp_path / "customer_features")
    results = compare_folders(folder, again, read_grains(demo.target / "manifest.json"))
    assert [result.relation for result in results if result.differs] == []
    with duckdb.connect(str(demo.warehouse), read_only=True) as connection:
        for result in results:
            counted = connection.execute(f"select count(*) from marts.{result.relation}")
            assert counted.fetchone() == (result.rows_right,)

    refused = demo.write_marts(folder, "no_such_model")
    assert refused.exit_code != 0
    assert "'no_such_model' is no model of Coterie" in refused.output
