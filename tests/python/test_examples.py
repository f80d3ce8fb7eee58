"""The examples build on real data and find the published figures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ROOT
from installed_project import InstalledProject

pytestmark = pytest.mark.slow

EXAMPLES = ("online_retail_ii", "cdnow")
DATA = Path(os.environ.get("COTERIE_DATA", "../shared/data"))


def example(name: str, folder: Path, data: Path = DATA) -> InstalledProject:
    path = str((ROOT / data).resolve())
    return InstalledProject(ROOT / "examples" / name, folder, COTERIE_DATA=path)


def missing_data(output: str) -> str | None:
    """What dbt says where the data set is not on this machine."""
    sentence = re.search(r"^ *(\S.* is not at .*Download.*)$", output, re.MULTILINE)
    return sentence and sentence.group(1)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_finds_the_published_figures(name, tmp_path):
    project = example(name, tmp_path)
    project.dbt("deps").expect_success()
    build = project.dbt("build")
    if missing_data(build.output):
        pytest.skip(missing_data(build.output))
    build.expect_success()

    summary = project.summary()
    assert summary.returncode == 0, summary.stdout + summary.stderr
    assert "Publication 1" in summary.stdout

    own_tests = {path.stem for path in (project.folder / "tests").glob("*.sql")}
    assert {build.status(test) for test in own_tests} == {"pass"}
    assert not any(node.startswith("unit_test.") for node in build.statuses)


def test_the_churn_of_contracts_is_learnt_without_dates(tmp_path):
    """Only what the score needs is built: nothing is known of what these customers do."""
    project = example("telco_churn", tmp_path)
    project.dbt("deps").expect_success()
    selected = ("--select", "+score_backtest", "assert_known_figures")
    without = ("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")
    build = project.dbt("build", *selected, *without)
    if missing_data(build.output):
        pytest.skip(missing_data(build.output))
    build.expect_success()
    assert build.status("assert_known_figures") == "pass"
    ((decision,),) = project.query(
        "select decision from main_prediction.score_models where outcome = 'churn'"
    )
    assert "Judged on a fifth of the customers, not on a later day" in decision
    ((refused,),) = project.query(
        "select reason from main_prediction.score_training_plan where outcome = 'purchase'"
    )
    assert refused.startswith("Too little to learn from.")


@pytest.mark.parametrize("name", [*EXAMPLES, "telco_churn"])
def test_an_example_says_what_to_download_where(name, tmp_path):
    project = example(name, tmp_path, data=tmp_path)
    project.dbt("deps").expect_success()
    build = project.dbt("build")
    assert build.exit_code != 0
    sentence = missing_data(build.output)
    assert sentence is not None, build.output
    assert str(tmp_path) in sentence
    assert "COTERIE_DATA" in sentence
    assert not any(status == "success" for status in build.statuses.values())


def test_the_text_of_cdnow_becomes_the_file_the_example_reads(tmp_path):
    text = tmp_path / "CDNOW_sample.txt"
    text.write_text(
        " 00004 0001 19970101  2   29.33\n"
        " 00004 0001 19970118  2   29.73\n"
        " 00111 0007 19970101  1    0.00\n"
    )
    subprocess.run(
        [sys.executable, str(ROOT / "examples/cdnow/to_parquet.py"), str(text), str(tmp_path)],
        check=True,
    )
    rows = duckdb.read_parquet(str(tmp_path / "cdnow_sample.parquet"))
    assert rows.columns == ["customer_id", "sample_id", "date", "cds", "amount"]
    assert [str(value) for value in rows.fetchall()[0]] == ["4", "1", "1997-01-01", "2", "29.33"]
    assert rows.aggregate("count(*)").fetchall() == [(3,)]
