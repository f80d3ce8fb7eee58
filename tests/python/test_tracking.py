"""Training rounds in MLflow: what is logged, what is left out, and a server that is not there."""

import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from segmentation_samples import round_groups

from coterie.frames import with_schema
from coterie.schemas import LIFETIME_FITS, SCORE_FITS, SEGMENT_FITS
from coterie.segmentation import Settings, fit_segments, fits_rows
from coterie.tracking import VARIABLE, figures_of, log_training, models_of

SETTINGS = {"seed": 42, "algorithms": ["kmeans"]}


def segment_fits():
    values, _ = round_groups(400)
    fit = fit_segments(values, values[:, 0], settings=Settings(resamples=5, k_screened_max=8))
    donor = {"part": "imputation", "method": "knn", "model_version": "v1", "vector": [1.0]}
    regression = {"part": "imputation", "method": "model", "model_version": "v1", "vector": [2.0]}
    return with_schema([*fits_rows(fit, "v1"), donor, regression], SEGMENT_FITS)


def score_fits():
    rows = []
    for outcome, version in (("churn", "c1"), ("purchase", "p1")):
        common = {"outcome": outcome, "model_version": version}
        rows += [
            {**common, "part": "outcome", "reason": "Better than the rule of thumb."},
            {**common, "part": "trial", "algorithm": "rule", "is_chosen": False, "auc": 0.7},
            {**common, "part": "trial", "algorithm": "additive", "is_chosen": True, "auc": 0.8},
        ]
        rows += [
            {
                **common,
                "part": "term",
                "term": 1,
                "feature": "age",
                "bin": number,
                "contribution": c,
            }
            for number, c in enumerate([0.0, -0.5, 0.5])
        ]
    return with_schema(rows, SCORE_FITS)


def lifetime_fits():
    found = {"r": 0.24, "alpha": 4.4, "a": 0.79, "b": 2.4, "log_likelihood": -9582.4}
    rows = [
        {"part": "parameters", "purpose": "scoring", "model_version": "l1", **found},
        {"part": "parameters", "purpose": "holdout", "model_version": "l1", **found, "r": 9.0},
        {"part": "outcome", "model_version": "l1", "is_accepted": True, "reason": "Good enough."},
    ]
    return with_schema(rows, LIFETIME_FITS)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A folder for a tracking store: making one takes seconds."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture
def client(store, monkeypatch):
    """A tracking store in a file, as a user has it who sets nothing but the variable."""
    mlflow = pytest.importorskip("mlflow", reason="the extra mlflow is not installed")
    uri = f"sqlite:///{store}/tracking.db"
    monkeypatch.setenv(VARIABLE, uri)
    monkeypatch.chdir(store)
    mlflow.set_tracking_uri(uri)
    return mlflow.MlflowClient(uri)


def runs_of(client, subject):
    experiment = client.get_experiment_by_name(f"coterie {subject}")
    return client.search_runs([experiment.experiment_id])


def tables(client, run, tmp_path):
    folder = client.download_artifacts(run.info.run_id, "tables", str(tmp_path))
    return {path.stem: pq.read_table(path) for path in sorted(tmp_path.joinpath(folder).iterdir())}


def test_a_round_of_segments_is_a_run(client, tmp_path):
    fits = segment_fits()
    log_training("segments", fits, settings=SETTINGS)
    (run,) = runs_of(client, "segments")
    assert run.info.run_name == "v1"
    assert run.info.status == "FINISHED"
    assert run.data.params == {"seed": "42", "algorithms": "['kmeans']"}
    (chosen,) = [row for row in fits.to_pylist() if row["is_chosen"]]
    assert run.data.metrics["silhouette"] == chosen["silhouette"]
    assert run.data.metrics["k"] == chosen["k"]
    assert run.data.tags["algorithm"] == chosen["algorithm"]
    logged = tables(client, run, tmp_path)
    assert logged["prototype"].num_rows == chosen["k"]
    assert "vector" in logged["prototype"].column_names
    assert "silhouette" not in logged["prototype"].column_names
    # A donor is a customer.
    assert logged["imputation"]["method"].to_pylist() == ["model"]
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == [
        "segments.png",
        "tables",
    ]


def test_each_outcome_is_a_run(client):
    log_training("scores", score_fits(), settings=SETTINGS)
    runs = {run.info.run_name: run.data for run in runs_of(client, "scores")}
    assert set(runs) == {"churn c1", "purchase p1"}
    assert runs["churn c1"].metrics["auc"] == 0.8
    assert runs["churn c1"].tags["reason"] == "Better than the rule of thumb."


def test_the_parameters_for_scoring_are_the_metrics(client):
    log_training("lifetime", lifetime_fits(), settings=SETTINGS)
    (run,) = runs_of(client, "lifetime")
    assert run.data.metrics["r"] == 0.24
    assert run.data.metrics["log_likelihood"] == -9582.4
    assert run.data.tags["reason"] == "Good enough."


def test_a_round_without_a_choice_has_no_figures():
    fits = with_schema([{"part": "outcome", "model_version": "v", "k": None}], SEGMENT_FITS)
    ((name, rows),) = models_of(fits)
    assert name == "v"
    assert figures_of(rows) == {}


@pytest.mark.usefixtures("client")
def test_a_store_that_cannot_be_reached_costs_the_log_only(monkeypatch, tmp_path):
    import mlflow  # noqa: PLC0415

    uri = f"sqlite:///{tmp_path}/no/such/folder/tracking.db"
    monkeypatch.setenv(VARIABLE, uri)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (tmp_path / "no").write_text("a file where a folder should be")
    mlflow.set_tracking_uri(uri)
    said = []
    log_training("lifetime", lifetime_fits(), settings=SETTINGS, report=said.append)
    assert len(said) == 1
    assert said[0].startswith("not logged in MLflow: ")


def test_nothing_is_imported_without_the_variable(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    code = (
        "import sys\n"
        "from coterie.schemas import LIFETIME_FITS\n"
        "from coterie.frames import with_schema\n"
        "from coterie.tracking import log_training\n"
        "fits = with_schema([{'part': 'outcome', 'model_version': 'v'}], LIFETIME_FITS)\n"
        "log_training('lifetime', fits, settings={})\n"
        "assert not {'mlflow', 'matplotlib', 'sqlalchemy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setenv(VARIABLE, "sqlite:///tracking.db")
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ModuleNotFoundError, match=r"mlflow is not installed.*coterie\[mlflow\]"):
        log_training("lifetime", lifetime_fits(), settings={})


def test_figures_are_finite_numbers():
    row = {"part": "parameters", "purpose": "scoring", "model_version": "l", "r": np.inf, "a": 1.0}
    ((_, rows),) = models_of(with_schema([row], LIFETIME_FITS))
    assert figures_of(rows) == {"a": 1.0}
