"""The demo on Spark: the rows of DuckDB, and plans that scale.

In one file, so that tests run in several processes build it once.
"""

import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dbt_project_runner import EXPLAINING, MARTS, ProjectRunner, SparkRunner, record
from rich.console import Console
from spark35 import newer_than_spark_35

from coterie.parity import RelationComparison, compare_folders, print_comparison, read_grains

pytestmark = [pytest.mark.slow, pytest.mark.spark]

SCRIPT = Path(__file__).with_name("spark_plans.py")

# Models that join without a key, and what the smaller side holds.
PRODUCTS = {
    "calendar_days": "ten digits with themselves",
    "candidate": "one row each",
    "cohort_expectations": "days of first purchases, periods and the parameters",
    "cohort_figures": "five breakdowns; cohorts and their periods",
    "cohort_retention_store": "the candidate, one row",
    "customer_as_of_dates": "thirteen dates",
    "customer_dimensions_store": "the candidate, one row",
    "customer_scores_store": "the candidate, one row",
    "customer_segment_history_store": "the candidate, one row",
    "customer_segments_store": "the candidate, one row",
    "customer_vectors": "the accepted model, one row, and its encoder",
    "customers_store": "the candidate, one row",
    "dimension_values": "the limits of value, one row",
    "feature_bins_store": "the candidate, one row",
    "feature_drift_store": "the candidate, one row",
    "feature_scaling": "the bounded sample and its features",
    "golden_records": "the number of customers, one row",
    "identity_counts": "one row each",
    "incumbent_assignments": "the model in force, its encoder and its thresholds, one row each",
    "input_freshness_store": "the newest day and the candidate, one row each",
    "lifecycle_stages": "the usual gap, one row",
    "lifetime_backtest": "the parameters and the last node, one row each",
    "lifetime_checks_store": "the candidate, one row",
    "lifetime_expectations": "the parameters and the last node, one row each",
    "lifetime_holdout": "the as_of_date, the parameters and the last node, one row each",
    "lifetime_models_store": "the candidate, one row",
    "lifetime_tracking": "months, days and the parameters",
    "lifetime_training_plan": "decisions, one row each",
    "postal_areas": "postal areas and cities, both bounded by geography",
    "publication_checks": "figures, one row each",
    "purchase_histories": "the two dates",
    "record_counts_store": "the candidate, one row",
    "score_deciles_store": "the candidate, one row",
    "score_drift_store": "the candidate, one row",
    "score_evaluation_store": "the candidate, one row",
    "score_labels": "the as_of_date, one row",
    "score_models_store": "the candidate, one row",
    "score_training_plan": "the two outcomes, and one row each",
    "segment_assignments": "the accepted model and its thresholds, one row each",
    "segment_feature_drift": "features",
    "segment_flows_store": "the models, the change and the candidate, one row each",
    "segment_health_store": "figures, one row each",
    "segment_incumbent": "one row each",
    "segment_models_store": "the candidate, one row",
    "segment_named_profiles_store": "the candidate, one row",
    "segment_personas_store": "the candidate, one row",
    "segment_profile_figures": "segments and features",
    "segment_profiles_store": "the candidate, one row",
    "segment_sample_vectors": "the bounded sample and the bins of one feature",
    "segment_sizes": "segments",
    "segment_stayers": "figures, one row each",
    "segment_training_bins": "the bounded sample and its features",
    "segment_training_plan": "decisions, one row each",
    "segment_words": "segments and languages",
    "segments_store": "the candidate, one row",
}
# Windows over all rows of a relation, and why that relation is small.
WHOLE_WINDOWS = {
    "candidate": "decisions",
    "cohort_expectations": "decisions",
    "customer_cohorts": "values of the breakdowns",
    "customer_lifetime": "decisions",
    "customer_vectors": "decisions",
    "feature_bins_store": "decisions",
    "lifetime_backtest": "decisions",
    "lifetime_expectations": "decisions",
    "lifetime_holdout": "decisions",
    "lifetime_models": "decisions",
    "lifetime_models_store": "decisions",
    "lifetime_tracking": "decisions",
    "segment_assignments": "decisions",
    "segment_flows": "publications",
    "segment_flows_store": "decisions",
    "segment_health_store": "decisions",
    "segment_models": "decisions",
    "segment_models_store": "decisions",
    "segment_reasons": "decisions",
    "segment_sizes": "decisions",
}

PRODUCT = re.compile(r"CartesianProduct|BroadcastNestedLoopJoin")


def whole_windows(plan: str) -> int:
    """Count windows whose rows all come to one task."""
    lines = [re.sub(r"^[\s:+|-]*(\*\(\d+\) )?", "", line) for line in plan.splitlines()]
    return sum(
        line.startswith("Exchange SinglePartition")
        and any(above.startswith("Window") for above in lines[max(0, number - 2) : number])
        for number, line in enumerate(lines)
    )


def test_the_reading_of_plans_sees_both():
    plan = """
    == Physical Plan ==
    +- Window [rank(a) windowspecdefinition(a ASC NULLS FIRST)]
       +- Sort [a ASC NULLS FIRST], false, 0
          +- Exchange SinglePartition, ENSURE_REQUIREMENTS
             +- CartesianProduct
    """
    assert whole_windows(plan) == 1
    assert PRODUCT.search(plan)
    harmless = """
    +- HashAggregate(keys=[], functions=[count(1)])
       +- Exchange SinglePartition, ENSURE_REQUIREMENTS
          +- Window [rank(a) windowspecdefinition(b, a ASC)]
             +- Sort [b ASC NULLS FIRST], false, 0
                +- Exchange hashpartitioning(b, 4)
    """
    assert whole_windows(harmless) == 0
    assert not PRODUCT.search(harmless)


@pytest.fixture(scope="module")
def plans(spark_demo) -> dict[str, str]:
    """Explain every model on the built demo."""
    command = [sys.executable, str(SCRIPT), spark_demo.environment["COTERIE_SPARK_HOME"]]
    command.append(str(spark_demo.target / "compiled/coterie/models"))
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_every_model_has_a_plan(plans):
    assert {"customer_features", "segment_assignments", "customers"} <= set(plans)


def test_no_product_with_the_population(plans):
    found = {model for model, plan in plans.items() if PRODUCT.search(plan)}
    assert found == set(PRODUCTS)


def test_no_single_task_for_the_population(plans):
    found = {model for model, plan in plans.items() if whole_windows(plan)}
    assert found == set(WHOLE_WINDOWS)


def test_compiled_sql_is_no_newer_than_spark_35(spark_demo):
    compiled = list((spark_demo.target / "compiled/coterie").rglob("*.sql"))
    found = {file.name: newer_than_spark_35(file.read_text()) for file in compiled}
    assert len(found) > 100
    assert {file: reasons for file, reasons in found.items() if reasons} == {}


# What the first publication has no row of: changes since the last one, and a map on request.
EMPTY_AT_FIRST = {"feature_drift", "segment_map"}


def side_by_side(
    duckdb_demo: ProjectRunner, spark_demo: SparkRunner, folder: Path
) -> list[RelationComparison]:
    """Marts of two builds of the same input, with the layers that explain a difference."""
    folder.mkdir(exist_ok=True)
    sides = (folder / "duckdb", folder / "spark")
    for project, side in zip((duckdb_demo, spark_demo), sides, strict=True):
        project.write_marts(side, *EXPLAINING).expect_success()
    results = compare_folders(*sides, read_grains(spark_demo.target / "manifest.json"))
    assert {result.relation for result in results} >= {*MARTS, *EXPLAINING}
    empty = {result.relation for result in results if not result.rows_left}
    assert empty == EMPTY_AT_FIRST
    return results


def report(results: list[RelationComparison]) -> str:
    console = Console(record=True, width=100, file=io.StringIO())
    print_comparison(results, console)
    return console.export_text()


def test_both_engines_give_the_same_rows(demo, spark_demo, tmp_path):
    results = side_by_side(demo, spark_demo, tmp_path)
    assert not [result.relation for result in results if result.differs], report(results)


@pytest.mark.prove
def test_both_engines_give_the_same_rows_of_ten_thousand_customers(spark, tmp_path):
    on_duckdb, on_spark = ProjectRunner(tmp_path / "duckdb"), SparkRunner(tmp_path / "spark")
    on_duckdb.demo(10_000)
    on_spark.read_raw(on_duckdb)
    seconds = {}
    for engine, project in (("duckdb", on_duckdb), ("spark", on_spark)):
        started = time.monotonic()
        kinds = ("--resource-type", "seed", "--resource-type", "model")
        project.dbt("build", *kinds).expect_success()
        seconds[engine] = round(time.monotonic() - started, 1)
    results = side_by_side(on_duckdb, on_spark, tmp_path / "marts")
    shares = [result.largest_relative or 0.0 for result in results]
    record(
        "parity of the engines, demo of 10,000 customers",
        {
            "seconds": seconds,
            "rows": {result.relation: result.rows_left for result in results},
            "keys_on_one_side_only": sum(r.only_left + r.only_right for r in results),
            "columns_that_differ": sum(len(result.columns) for result in results),
            "largest_relative_difference": float(f"{max(shares):.1e}"),
        },
    )
    assert not [result.relation for result in results if result.differs], report(results)
