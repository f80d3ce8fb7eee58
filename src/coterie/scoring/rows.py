"""Rows of the long table score_fits (see coterie.schemas.SCORE_FITS), and models read from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.scoring.additive import AdditiveModel, Term, Vector
from coterie.scoring.calibration import Line
from coterie.scoring.examples import Examples, examples_of
from coterie.scoring.metrics import Difference
from coterie.scoring.settings import ScoreSettings
from coterie.scoring.training import Candidate, ScoreFit, train
from coterie.segmentation.numerics import Matrix


def fit_rounds(
    table: pa.Table,
    plans: Iterable[Mapping[str, object]],
    *,
    settings: ScoreSettings,
    report: Callable[[str], None],
) -> Iterator[dict[str, object]]:
    """Train every outcome that is due; the rows of the table score_fits.

    Parameters
    ----------
    table
        Rows of score_examples in a fixed order.
    plans
        Rows of score_training_plan whose training is due.
    settings
        What a round may do.
    report
        Called with a line of progress.
    """
    for plan in plans:
        outcome = str(plan["outcome"])
        rows = table.filter(pc.equal(table["outcome"], outcome))
        features = str(plan["features"]).split(",")
        named = set(str(plan["category_features"] or "").split(","))
        categories = tuple(place for place, name in enumerate(features) if name in named)
        training, evaluation = (
            examples_of(rows, part, categories) for part in ("training", "evaluation")
        )
        fit = train(
            training,
            evaluation,
            settings=settings,
            features=features,
            report=lambda words, outcome=outcome: report(f"{outcome}: {words}"),
        )
        yield from fit_rows(
            fit,
            training,
            outcome=outcome,
            model_version=rows["model_version"][0].as_py(),
            features=features,
        )


def fit_rows(
    fit: ScoreFit,
    training: Examples,
    *,
    outcome: str,
    model_version: str,
    features: Sequence[str],
) -> Iterator[dict[str, object]]:
    """Lay a training round out as rows of the table score_fits."""
    common = {"outcome": outcome, "model_version": model_version}
    chosen = fit.chosen
    yield {
        **common,
        "part": "outcome",
        "algorithm": None if chosen is None else chosen.name,
        "terms": None if chosen is None else len(chosen.model.terms),
        "pairs": None if chosen is None else chosen.model.pairs,
        "is_chosen": chosen is not None,
        "reason": fit.reason,
    }
    for candidate in fit.candidates:
        yield {**common, "part": "trial", **trial_row(candidate)}
    for number, trial in enumerate(fit.trials, start=1):
        yield {
            **common,
            "part": "search",
            "algorithm": trial.configuration.name,
            "term": number,
            "log_loss": None if trial.losses is None else float(trial.losses.mean()),
            "is_chosen": trial is fit.taken,
            "reason": None if trial.losses is not None else "Not tried: the budget was used.",
        }
    for name, typical in zip(features, fit.typical, strict=True):
        yield {
            **common,
            "part": "typical",
            "feature": name,
            "contribution": None if np.isnan(typical) else float(typical),
        }
    if chosen is not None:
        for row in model_rows(chosen.model, chosen.line, training.values, features):
            yield {**common, "algorithm": chosen.name, **row}


def trial_row(candidate: Candidate) -> dict[str, object]:
    """Give the figures of a candidate."""
    lower, upper = candidate.slope.interval
    return {
        "algorithm": candidate.name,
        "terms": None if candidate.model is None else len(candidate.model.terms),
        "pairs": None if candidate.model is None else candidate.model.pairs,
        "auc": candidate.auc,
        "brier": candidate.brier,
        "log_loss": candidate.log_loss,
        "calibration_slope": candidate.slope.slope,
        "calibration_slope_lower": lower,
        "calibration_slope_upper": upper,
        "level_error": candidate.level_error,
        "worst_subgroup": candidate.worst_subgroup,
        "worst_subgroup_error": candidate.worst_subgroup_error,
        **gain_columns("rule", candidate.gain_over_rule),
        **gain_columns("scorecard", candidate.gain_over_scorecard),
        "is_chosen": candidate.is_chosen,
        "reason": "; ".join([*candidate.failures, *candidate.warnings]) or None,
    }


def gain_columns(rival: str, gains: Mapping[str, Difference]) -> dict[str, object]:
    """Give the gains in AUC and Brier over a rival, with their intervals."""
    return {
        f"{figure}_gain_over_{rival}{suffix}": getattr(gains[figure], bound)
        for figure in ("auc", "brier")
        if figure in gains
        for suffix, bound in (("", "mean"), ("_lower", "lower"), ("_upper", "upper"))
    }


def model_rows(
    model: AdditiveModel, line: Line, values: Matrix, features: Sequence[str]
) -> Iterator[dict[str, object]]:
    """One row for the intercept, two for the calibration line, and one per term and bin.

    Parameters
    ----------
    model, line
        As they are stored: rounded.
    values
        Rows whose number in each bin is recorded.
    features
        Name of each column of the values.
    """
    yield {
        "part": "term",
        "kind": "intercept",
        "term": 0,
        "bin": 0,
        "contribution": model.intercept,
    }
    for place, (kind, number) in enumerate(
        (("calibration_offset", line.offset), ("calibration_slope", line.slope))
    ):
        yield {"part": "term", "kind": kind, "term": 0, "bin": place + 1, "contribution": number}
    for number, term in enumerate(model.terms, start=1):
        bins = term.bins(values)
        rows = np.zeros(term.contributions.shape, dtype=np.int64)
        np.add.at(rows, bins, 1)
        names = [features[position] for position in term.features]
        for place in product(*(range(length) for length in term.contributions.shape)):
            row: dict[str, object] = {
                "part": "term",
                "kind": "feature" if len(names) == 1 else "pair",
                "term": number,
                "contribution": float(term.contributions[place]),
                "row_count": int(rows[place]),
            }
            for suffix, name, edges, bin_ in zip(
                ("", "_2"), names, term.edges, place, strict=False
            ):
                row[f"feature{suffix}"] = name
                row[f"bin{suffix}"] = bin_
                row[f"lower_edge{suffix}"] = float(edges[bin_ - 2]) if bin_ > 1 else None
                row[f"upper_edge{suffix}"] = (
                    float(edges[bin_ - 1]) if 0 < bin_ <= len(edges) else None
                )
            yield row


def read_model(
    rows: Iterable[Mapping[str, object]], features: Sequence[str]
) -> tuple[AdditiveModel, Line]:
    """Read a model and its calibration line from the rows of one version in score_terms.

    Parameters
    ----------
    rows
        Rows of the version.
    features
        Name of each column of the values the model will be asked about.
    """
    intercept, offset, slope, algorithm = 0.0, 0.0, 1.0, "additive"
    by_term: dict[int, list[Mapping[str, object]]] = {}
    for row in rows:
        algorithm = str(row.get("algorithm") or algorithm)
        kind, number = row["kind"], float(row["contribution"])
        if kind == "intercept":
            intercept = number
        elif kind == "calibration_offset":
            offset = number
        elif kind == "calibration_slope":
            slope = number
        else:
            by_term.setdefault(int(row["term"]), []).append(row)
    terms = tuple(_term_of(by_term[number], features) for number in sorted(by_term))
    return AdditiveModel(algorithm, intercept, terms), Line(offset, slope)


def _term_of(rows: Sequence[Mapping[str, object]], features: Sequence[str]) -> Term:
    """Read one term from its rows."""
    suffixes = ("",) if rows[0]["kind"] == "feature" else ("", "_2")
    positions = tuple(features.index(str(rows[0][f"feature{suffix}"])) for suffix in suffixes)
    edges: list[Vector] = [
        np.array(
            sorted(
                {
                    float(row[f"lower_edge{suffix}"])
                    for row in rows
                    if row[f"lower_edge{suffix}"] is not None
                }
            )
        )
        for suffix in suffixes
    ]
    contributions = np.zeros([len(cuts) + 2 for cuts in edges])
    for row in rows:
        contributions[tuple(int(row[f"bin{suffix}"]) for suffix in suffixes)] = row["contribution"]
    return Term(positions, tuple(edges), contributions)
