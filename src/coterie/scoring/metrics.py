"""How good probabilities are, and whether one set of them is better than another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from coterie.scoring.additive import Vector
from coterie.scoring.calibration import NEAREST
from coterie.segmentation.numerics import Labels, Matrix


@dataclass(frozen=True)
class Difference:
    """A difference of two figures of the same rows, with its 95 % bootstrap interval."""

    mean: float
    lower: float
    upper: float


def auc(scores: Vector, labels: Labels, weights: Vector | None = None) -> float:
    """Chance that a row with label 1 scores higher than one with label 0; ties count half.

    Raises
    ------
    ValueError
        If a label is missing: there is nothing to compare.
    """
    weights = np.ones(len(scores)) if weights is None else weights
    _, places = np.unique(scores, return_inverse=True)
    ones = np.bincount(places, weights=weights * labels)
    zeros = np.bincount(places, weights=weights * (1 - labels))
    if not ones.sum() or not zeros.sum():
        raise ValueError("an AUC needs both labels")
    below = np.cumsum(zeros) - zeros
    return float((ones * (below + zeros / 2)).sum() / (ones.sum() * zeros.sum()))


def single_aucs(values: Matrix, labels: Labels) -> Vector:
    """How well each feature alone tells the labels apart, whichever way round (0.5 to 1).

    Missing values count as the lowest or the highest, whichever says more.
    """
    found = []
    for column in values.T:
        missing = np.isnan(column)
        sides = [np.where(missing, side, column) for side in (-np.inf, np.inf)]
        aucs = [auc(side, labels) for side in (sides if missing.any() else sides[:1])]
        found.append(max(max(figure, 1 - figure) for figure in aucs))
    return np.array(found)


def log_losses(probabilities: Vector, labels: Labels) -> Vector:
    """Log loss of each row; probabilities are held a millionth away from 0 and 1."""
    held = np.clip(probabilities, NEAREST, 1 - NEAREST)
    return -np.where(labels == 1, np.log(held), np.log1p(-held))


def squared_errors(probabilities: Vector, labels: Labels) -> Vector:
    """Squared error of each row; their mean is the Brier score."""
    return (probabilities - labels) ** 2


def paired_bootstrap(
    probabilities: Vector,
    rivals: Mapping[str, Vector],
    labels: Labels,
    *,
    resamples: int,
    seed: int,
) -> dict[str, dict[str, Difference]]:
    """Compare probabilities with those of rivals on the same resampled rows.

    Parameters
    ----------
    probabilities
        Of each row.
    rivals
        Name and probabilities of the others.
    labels
        0 or 1 for each row; one row per customer, so that rows are independent.
    resamples
        Bootstrap resamples.
    seed
        Seed of the draws.

    Returns
    -------
    dict
        For each rival the gain in auc, brier and log_loss: above 0 where `probabilities` is better.
    """
    generator = np.random.default_rng(seed)
    rows = len(labels)
    ranked = {name: np.unique(p, return_inverse=True)[1] for name, p in rivals.items()}
    own = np.unique(probabilities, return_inverse=True)[1]
    losses = {
        name: (
            squared_errors(p, labels) - squared_errors(probabilities, labels),
            log_losses(p, labels) - log_losses(probabilities, labels),
        )
        for name, p in rivals.items()
    }
    draws: dict[str, list[tuple[float, float, float]]] = {name: [] for name in rivals}
    for _ in range(resamples):
        weights = np.bincount(generator.integers(rows, size=rows), minlength=rows).astype(float)
        if not 0 < weights @ labels < rows:
            continue
        own_auc = auc(own, labels, weights)
        for name, (squares, logs) in losses.items():
            draws[name].append(
                (
                    own_auc - auc(ranked[name], labels, weights),
                    float(weights @ squares) / rows,
                    float(weights @ logs) / rows,
                )
            )
    found = {}
    for name, values in draws.items():
        lower, upper = np.quantile(np.array(values), [0.025, 0.975], axis=0)
        squares, logs = losses[name]
        means = (
            auc(own, labels) - auc(ranked[name], labels),
            float(squares.mean()),
            float(logs.mean()),
        )
        found[name] = {
            figure: Difference(means[place], float(lower[place]), float(upper[place]))
            for place, figure in enumerate(("auc", "brier", "log_loss"))
        }
    return found
