"""Each generic test of ours fails on bad rows and passes on good ones.

One small dbt project holds a pair of models per case and the project's own generic tests; one
dbt run answers all cases. Add a case for each generic test you write.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GENERIC_TESTS = sorted(path.stem for path in (ROOT / "tests/generic").rglob("*.sql"))

COUNTS = "source_table, raw_rows, accepted_rows, rejected_rows, duplicate_rows"
CHECKS = "publication_id, check_name, figure, check_limit, is_passed, words"

# name: (generic test, its arguments, columns, good rows, bad rows)
CASES: dict[str, tuple[str, dict, str, list[str], list[str]]] = {
    "key_twice": (
        "unique_combination",
        {"columns": ["a", "b"]},
        "a, b",
        ["1, 'x'", "1, 'y'", "2, 'x'"],
        ["1, 'x'", "1, 'x'"],
    ),
    "key_null": (
        "unique_combination",
        {"columns": ["a", "b"]},
        "a, b",
        ["1, 'x'"],
        ["1, null"],
    ),
    "key_optional": (
        "unique_combination",
        {"columns": ["a", "b"], "may_be_null": ["b"]},
        "a, b",
        ["1, null", "1, 'x'", "2, null"],
        ["1, null", "1, null"],
    ),
    "nulls": (
        "not_null_columns",
        {"columns": ["a", "b"]},
        "a, b",
        ["1, 'x'"],
        ["1, 'x'", "2, null"],
    ),
    "values": (
        "accepted_column_values",
        {"values": {"a": ["x", "y"], "b": ["z"]}},
        "a, b",
        ["'x', 'z'", "null, 'z'", "'y', null"],
        ["'x', 'z'", "'x', 'y'"],
    ),
    "row_lost": (
        "rows_are_conserved",
        {},
        COUNTS,
        ["'orders', 10, 7, 2, 1", "'events', 0, 0, 0, 0"],
        ["'orders', 10, 7, 2, 0"],
    ),
    "row_born": ("rows_are_conserved", {}, COUNTS, ["'o', 1, 1, 0, 0"], ["'o', 1, 1, 1, 0"]),
    "rows_unknown": ("rows_are_conserved", {}, COUNTS, ["'o', 1, 1, 0, 0"], ["'o', 1, 1, null, 0"]),
    "check_failed": (
        "check_passes",
        {"check_name": "keys"},
        CHECKS,
        ["1, 'keys', 3, 0, false, 'once'", "2, 'keys', 0, 0, true, 'now'"],
        ["1, 'keys', 0, 0, true, 'once'", "2, 'keys', 3, 0, false, 'now'"],
    ),
    "check_missing": (
        "check_passes",
        {"check_name": "keys"},
        CHECKS,
        ["1, 'keys', 0, 0, true, 'here'"],
        ["1, 'coverage', 0, 0, true, 'here'"],
    ),
    # The parent is the good model of the case before: keys (1, null), (1, x) and (2, null).
    "key_unknown": (
        "keys_exist_in",
        {"parent": "key_optional_good", "keys": {"a": "a"}},
        "a",
        ["1", "2", "null"],
        ["1", "3"],
    ),
    "key_of_two_unknown": (
        "keys_exist_in",
        {"parent": "key_optional_good", "keys": {"a": "a", "c": "b"}},
        "a, c",
        ["1, 'x'", "1, null"],
        ["2, 'x'"],
    ),
    "segment_too_small": (
        "min_segment_size",
        {"share": "share", "minimum": 0.02},
        "segment_id, share",
        ["'s01', 0.98", "'s02', 0.02"],
        ["'s01', 0.99", "'s02', 0.01"],
    ),
    "segment_of_unknown_size": (
        "min_segment_size",
        {"share": "share", "minimum": 0.02},
        "segment_id, share",
        ["'s01', 1"],
        ["'s01', null"],
    ),
}


def write_project(folder: Path) -> None:
    # Named as the package, so that macros called by its name are found.
    project = {
        "name": "coterie",
        "version": "0.1.0",
        "profile": "generic_tests",
        "test-paths": ["tests"],
        "models": {"+materialized": "table"},
    }
    profile = {
        "type": "duckdb",
        "path": str(folder / "generic_tests.duckdb"),
        "threads": 1,
    }
    folder.joinpath("dbt_project.yml").write_text(yaml.safe_dump(project))
    folder.joinpath("profiles.yml").write_text(
        yaml.safe_dump({"generic_tests": {"target": "duckdb", "outputs": {"duckdb": profile}}})
    )
    shutil.copytree(ROOT / "tests/generic", folder / "tests/generic")
    shutil.copytree(
        ROOT / "macros", folder / "macros", ignore=shutil.ignore_patterns("_*__macros.yml")
    )
    models = folder / "models"
    models.mkdir()
    described = []
    for case, (test, arguments, columns, good, bad) in CASES.items():
        for verdict, rows in (("good", good), ("bad", bad)):
            values = ", ".join(f"({row})" for row in rows)
            models.joinpath(f"{case}_{verdict}.sql").write_text(
                f"select * from (values {values}) as given_rows ({columns})\n"
            )
            proof = {"name": f"proof_{case}_{verdict}"}
            if arguments:
                proof["arguments"] = arguments
            described.append({"name": f"{case}_{verdict}", "data_tests": [{test: proof}]})
    models.joinpath("models.yml").write_text(
        yaml.safe_dump({"version": 2, "models": described}, sort_keys=False)
    )


@pytest.fixture(scope="module")
def statuses(tmp_path_factory) -> dict[str, str]:
    """Give the status of every test of every case."""
    folder = tmp_path_factory.mktemp("generic_tests")
    write_project(folder)
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "build",
            *("--profiles-dir", ".", "--target-path", "target", "--log-path", "logs"),
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    results = folder / "target/run_results.json"
    assert results.exists(), done.stdout[-3000:]
    return {
        result["unique_id"].split(".")[2]: result["status"]
        for result in json.loads(results.read_text())["results"]
    }


def test_every_generic_test_has_a_case():
    assert {case[0] for case in CASES.values()} == set(GENERIC_TESTS)


@pytest.mark.parametrize("case", CASES)
def test_passes_on_good_rows(statuses, case):
    assert statuses[f"proof_{case}_good"] == "pass"


@pytest.mark.parametrize("case", CASES)
def test_fails_on_bad_rows(statuses, case):
    assert statuses[f"proof_{case}_bad"] == "fail"
