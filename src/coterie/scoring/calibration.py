"""Whether a probability means what it says, and the map that makes it so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coterie.scoring.additive import Vector, logit, probability_of
from coterie.segmentation.numerics import Labels, round_significant

#: Two-sided 95 % of the normal distribution.
Z95 = 1.959963984540054
#: Probabilities nearer to 0 or 1 than this say no more.
NEAREST = 1e-6


@dataclass(frozen=True)
class Line:
    """A logistic regression of the label on the logit: offset + slope * logit.

    Attributes
    ----------
    offset, slope
        Of the line; 0 and 1 where the probabilities are right.
    slope_error
        Standard error of the slope.
    """

    offset: float = 0.0
    slope: float = 1.0
    slope_error: float = 0.0

    def of(self, logits: Vector) -> Vector:
        """Calibrated probability of each logit."""
        return probability_of(self.offset + self.slope * logits)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the slope."""
        return self.slope - Z95 * self.slope_error, self.slope + Z95 * self.slope_error


def fit_line(logits: Vector, labels: Labels) -> Line:
    """Regress the label on the logit by maximum likelihood (Cox 1958; Platt 1999).

    Newton's method with halved steps.

    Raises
    ------
    ValueError
        If there is only one label, or all logits are equal: no line is defined.
    """
    if len(np.unique(labels)) < 2 or np.ptp(logits) == 0:  # noqa: PLR2004
        raise ValueError("a calibration line needs both labels and logits that differ")
    design = np.column_stack([np.ones(len(logits)), logits])
    weights = np.array([0.0, 1.0])

    def loss_of(candidate: Vector) -> float:
        linear = design @ candidate
        return float(np.sum(np.logaddexp(0.0, linear) - labels * linear))

    hessian = np.eye(2)
    for _ in range(100):
        expected = probability_of(design @ weights)
        gradient = design.T @ (labels - expected)
        hessian = (design * (expected * (1 - expected))[:, None]).T @ design
        step = np.linalg.solve(hessian, gradient)
        loss, scale = loss_of(weights), 1.0
        while loss_of(weights + scale * step) > loss and scale > 1e-8:  # noqa: PLR2004
            scale /= 2
        weights = weights + scale * step
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004
            break
    # Labels that the logits part wholly have no steepest line: its slope is not known.
    variance = float(np.linalg.inv(hessian)[1, 1]) if np.linalg.cond(hessian) < 1e12 else -1.0  # noqa: PLR2004
    error = float(np.sqrt(variance)) if variance > 0 else float("inf")
    offset, slope, error = round_significant(np.array([weights[0], weights[1], error]))
    return Line(float(offset), float(slope), float(error))


def slope_of(probabilities: Vector, labels: Labels) -> Line:
    """Calibration line of probabilities; its slope is 1 where their spread is right."""
    return fit_line(logit(np.clip(probabilities, NEAREST, 1 - NEAREST)), labels)


def level_error(probabilities: Vector, labels: Labels) -> float:
    """Mean probability less the share of the label (calibration in the large)."""
    return float(probabilities.mean() - labels.mean())


def subgroup_errors(
    probabilities: Vector, labels: Labels, subgroups: list[str | None], *, rows_min: int
) -> dict[str, tuple[float, float]]:
    """How far each subgroup is off beyond the level that all are off by.

    Parameters
    ----------
    probabilities, labels
        Of each row.
    subgroups
        Name of the group of each row; rows without one are in none.
    rows_min
        Smaller groups are not judged.

    Returns
    -------
    dict
        For each group the error (mean probability less the share of the label, less the same of
        all rows) and its standard error.
    """
    level = level_error(probabilities, labels)
    names = np.array([name or "" for name in subgroups], dtype=object)
    found = {}
    for name in sorted({name for name in names if name}):
        rows = names == name
        count = int(rows.sum())
        if count < rows_min:
            continue
        error = level_error(probabilities[rows], labels[rows]) - level
        spread = np.sqrt(np.mean(probabilities[rows] * (1 - probabilities[rows])) / count)
        found[str(name)] = (error, float(spread))
    return found
