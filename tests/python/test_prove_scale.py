"""The long proofs: the demo at 10,000 and 100,000 customers, and over several seeds.

Figures go to benchmarks/figures.json; times are recorded, never asserted.
"""

import math
import os
import re
import resource
import subprocess
import sys
import time

import duckdb
import pytest
from dbt_project_runner import ROOT, ProjectRunner, record
from sklearn.metrics import adjusted_rand_score
from test_segmentation_truth import ARI_MIN, LABELS_QUERY

pytestmark = pytest.mark.prove

# A training and what is stored of it: from the plan to the decision, and every table of parameters.
TRAINING_MODELS = (
    "segment_training_plan",
    "feature_scaling",
    "segment_training_bins",
    "segment_sample_checks",
    "segment_incumbent",
    "incumbent_assignments",
    "segment_sample_vectors",
    "segment_fits",
    "segment_imputations",
    "encoder_layers",
    "segment_prototypes",
    "segment_micro_prototypes",
    "segment_trials",
    "segment_tree",
    "segment_rule_bounds",
    "segment_map_axes",
    "segment_lineage_log",
    "segment_model_log",
)


def recovery(project: ProjectRunner) -> dict:
    """How well the planted types are found, and with how many segments."""
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        labels = connection.execute(LABELS_QUERY).fetchnumpy()
        algorithm, segments = connection.execute(
            "select algorithm, segment_count from segmentation.segment_models "
            "where status = 'accepted'"
        ).fetchone()
    found = adjusted_rand_score(labels["customer_type"], labels["segment_id"])
    return {"algorithm": algorithm, "segments": segments, "adjusted_rand_index": round(found, 4)}


def engine_seconds(output: str) -> float:
    """Seconds that dbt reports for its nodes, parsing and start-up apart."""
    return float(re.findall(r"\(([\d.]+)s\)", output)[-1])


def timed_build(project: ProjectRunner, *arguments: str) -> dict:
    started = time.monotonic()
    result = project.dbt("build", *arguments).expect_success()
    return {
        "seconds": round(time.monotonic() - started, 1),
        "of_that_nodes": round(engine_seconds(result.output), 1),
        "nodes": len(result.statuses),
        "of_that_segment_fits": round(result.seconds["model.coterie.segment_fits"], 2),
        "of_that_training_models": round(
            sum(result.seconds[f"model.coterie.{name}"] for name in TRAINING_MODELS), 2
        ),
    }


def truth_tests_pass(project: ProjectRunner) -> None:
    tests = ["test_staging_truth.py", "test_segmentation_truth.py", "test_segmentation_parity.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "warehouse", *tests],
        cwd=ROOT / "tests/python",
        env={**os.environ, "COTERIE_TEST_WAREHOUSE": str(project.warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]


def test_demo_at_two_sizes(tmp_path):
    nodes_seconds = {}
    for customers in (10_000, 100_000):
        project = ProjectRunner(tmp_path / str(customers))
        started = time.monotonic()
        project.demo(customers)
        generated = round(time.monotonic() - started, 1)
        first = timed_build(project)
        later = timed_build(project)
        figures = {
            "demo_seconds": generated,
            "first_build": first,
            "later_build": later,
            "warehouse_mib": round(project.warehouse.stat().st_size / 2**20),
            "peak_memory_mib_so_far": round(
                resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
            ),
            **recovery(project),
        }
        record(f"demo of {customers:,} customers", figures)
        assert figures["adjusted_rand_index"] >= ARI_MIN
        truth_tests_pass(project)
        nodes_seconds[customers] = later["of_that_nodes"]
    record(
        "growth from 10,000 to 100,000 customers",
        {"cost_exponent": round(math.log10(nodes_seconds[100_000] / nodes_seconds[10_000]), 3)},
    )


def test_recovery_over_seeds(tmp_path):
    found = {}
    for seed in range(1, 6):
        project = ProjectRunner(tmp_path / str(seed))
        project.demo(2000, seed=seed)
        project.dbt("build", "--exclude-resource-type", "unit_test").expect_success()
        found[f"seed {seed}"] = recovery(project)
    record("recovery of planted types, 2,000 customers, five seeds", found)
    assert min(figures["adjusted_rand_index"] for figures in found.values()) >= ARI_MIN
