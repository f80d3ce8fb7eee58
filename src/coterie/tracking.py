"""Training rounds in MLflow, for those who set MLFLOW_TRACKING_URI; nothing is imported without it.

A run has the settings as parameters, the figures of what was chosen as metrics, the parameter
tables as Parquet files, and a picture. The warehouse stays the place of the models: nothing is
ever read back.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

VARIABLE = "MLFLOW_TRACKING_URI"
# Terms of a score that are drawn, the strongest.
TERMS_DRAWN = 6


def log_training(
    subject: str,
    fits: pa.Table,
    *,
    settings: Mapping[str, object],
    report: Callable[[str], None] = lambda words: None,
) -> None:
    """Log each model of a training round as a run of the experiment "coterie <subject>".

    A server that does not answer costs the log, not the build.

    Parameters
    ----------
    subject
        segments, scores or lifetime.
    fits
        What the round learned, with the columns part and model_version (coterie.schemas).
    settings
        What the round was allowed to do.
    report
        Told what became of it, a sentence at a time.

    Raises
    ------
    ModuleNotFoundError
        If the variable is set and mlflow is not installed.
    """
    if not os.environ.get(VARIABLE) or not fits.num_rows:
        return
    try:
        import mlflow  # noqa: PLC0415
        from mlflow.exceptions import MlflowException  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{VARIABLE} is set, but {error.name} is not installed: "
            "pip install 'coterie[mlflow]', or unset the variable"
        ) from error
    try:
        mlflow.set_experiment(f"coterie {subject}")
        for name, rows in models_of(fits):
            with mlflow.start_run(run_name=name), tempfile.TemporaryDirectory() as folder:
                mlflow.set_tags({"subject": subject, **texts_of(rows)})
                mlflow.log_params({key: str(value) for key, value in settings.items()})
                mlflow.log_metrics(figures_of(rows))
                write_tables(rows, Path(folder, "tables"))
                draw(subject, rows, Path(folder))
                mlflow.log_artifacts(folder)
            report(f"logged {name} in MLflow")
    except (MlflowException, OSError) as error:
        report(f"not logged in MLflow: {error}")


def models_of(fits: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Give the rows of each model of a round with a name: its outcome, if it has one, and version.

    Donors of an imputation are left out: they are customers, not parameters.
    """
    if "method" in fits.column_names:
        fits = fits.filter(pc.fill_null(pc.not_equal(fits["method"], "knn"), True))
    for version in sorted(set(fits["model_version"].to_pylist()) - {None}):
        rows = fits.filter(pc.equal(fits["model_version"], version))
        outcomes = set(rows["outcome"].to_pylist()) if "outcome" in rows.column_names else set()
        yield " ".join([*sorted(outcomes - {None}), version]), rows


def chosen_rows(rows: pa.Table) -> list[dict[str, object]]:
    """Rows that say what came out: the chosen candidate, the parameters of scoring, the outcome."""
    return [
        row
        for row in rows.to_pylist()
        if (row["part"] == "trial" and row["is_chosen"])
        or (row["part"] == "parameters" and row["purpose"] == "scoring")
        or row["part"] == "outcome"
    ]


def figures_of(rows: pa.Table) -> dict[str, float]:
    """Figures of what was chosen, by the names of their columns."""
    return {
        name: float(value)
        for row in chosen_rows(rows)
        for name, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and np.isfinite(value)
    }


def texts_of(rows: pa.Table) -> dict[str, str]:
    """Texts of what was chosen: version, algorithm, reason and the like."""
    return {
        name: value[:5000]
        for row in chosen_rows(rows)
        for name, value in row.items()
        if isinstance(value, str) and name not in ("part", "purpose")
    }


def write_tables(rows: pa.Table, folder: Path) -> None:
    """Write each part as a Parquet file, without the columns that it leaves empty."""
    folder.mkdir()
    for part in sorted(set(rows["part"].to_pylist())):
        table = rows.filter(pc.equal(rows["part"], part))
        held = [name for name in table.column_names if table[name].null_count < table.num_rows]
        pq.write_table(table.select(held), folder / f"{part}.parquet")


def draw(subject: str, rows: pa.Table, folder: Path) -> None:
    """Draw the picture of a model: choice of k, strongest terms, or how customers differ."""
    # The object-oriented interface draws without a display and leaves no state behind.
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = {"segments": draw_trials, "scores": draw_terms, "lifetime": draw_heterogeneity}
    figure = Figure(figsize=(9, 6), layout="constrained")
    drawn[subject](rows, figure)
    figure.savefig(folder / f"{subject}.png", dpi=100)


def draw_trials(rows: pa.Table, figure) -> None:
    """Silhouette and lowest Jaccard of each candidate by k, the chosen one marked."""
    trials = [row for row in rows.to_pylist() if row["part"] == "trial" and row["k"] is not None]
    for axes, name in zip(figure.subplots(1, 2), ("silhouette", "jaccard_min"), strict=True):
        for key in sorted({(trial["algorithm"], trial["encoder"] or "") for trial in trials}):
            points = sorted(
                (trial["k"], trial[name])
                for trial in trials
                if (trial["algorithm"], trial["encoder"] or "") == key and trial[name] is not None
            )
            if points:
                axes.plot(*zip(*points, strict=True), marker=".", label=" ".join(key))
        for trial in trials:
            if trial["is_chosen"] and trial[name] is not None:
                axes.plot(
                    trial["k"], trial[name], "o", fillstyle="none", markersize=14, color="black"
                )
        axes.set(xlabel="k", ylabel=name.replace("_", " "))
        if axes.lines:
            axes.legend(fontsize="small")


def draw_terms(rows: pa.Table, figure) -> None:
    """Contributions of the strongest single features by bin; missing values come first."""
    terms: dict[str, list[tuple[int, float]]] = {}
    for row in rows.to_pylist():
        if row["part"] == "term" and row["feature"] and not row["feature_2"]:
            terms.setdefault(row["feature"], []).append((row["bin"], row["contribution"]))
    spans = {name: np.ptp([value for _, value in bins]) for name, bins in terms.items()}
    strongest = sorted(terms, key=lambda name: (-spans[name], name))[:TERMS_DRAWN]
    for axes, name in zip(figure.subplots(2, 3).flat, strongest, strict=False):
        axes.step(*zip(*sorted(terms[name]), strict=True), where="mid")
        axes.set(title=name, xlabel="bin", ylabel="adds to the logit")


def draw_heterogeneity(rows: pa.Table, figure) -> None:
    """How purchase rates (gamma) and dropout probabilities (beta) differ between customers."""
    from scipy import stats  # noqa: PLC0415

    (found,) = [row for row in chosen_rows(rows) if row["part"] == "parameters"] or [None]
    if found is None:
        return
    rates, dropouts = figure.subplots(1, 2)
    rate = stats.gamma(found["r"], scale=1 / found["alpha"])
    days = np.linspace(rate.ppf(0.01), rate.ppf(0.99), 200)
    rates.plot(days, rate.pdf(days))
    rates.set(xlabel="purchases a day while active", ylabel="density")
    share = np.linspace(0.005, 0.995, 200)
    dropouts.plot(share, stats.beta(found["a"], found["b"]).pdf(share))
    dropouts.set(xlabel="probability of leaving after a purchase", ylabel="density")
