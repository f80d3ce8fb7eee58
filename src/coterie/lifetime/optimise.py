"""Maximum likelihood of parameters above zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from coterie.lifetime.histories import Vector

#: Logarithm of the range in which parameters are looked for, on the scale of a unit of time or
#: money near the mean of the data. At its ends a distribution is as good as without spread.
LOG_RANGE = (float(np.log(1e-3)), float(np.log(1e4)))
#: Largest gradient per customer, of the logarithms, with which a fit counts as settled.
GRADIENT_MAX = 1e-6
#: ... and with which no Newton step would change its first eleven digits.
GRADIENT_ZERO = 1e-11

Likelihood = Callable[[Vector], tuple[float, Vector]]


@dataclass(frozen=True)
class Estimate:
    """What the data say of the parameters.

    Attributes
    ----------
    values
        Parameters, shape (parameters,).
    errors
        Their standard errors; NaN where the data do not determine them.
    log_likelihood
        Its greatest value.
    is_settled
        Whether the gradient is zero there; not at the ends of the range.
    is_at_edge
        Whether a parameter stands at the end of the range.
    """

    values: Vector
    errors: Vector
    log_likelihood: float
    is_settled: bool
    is_at_edge: bool


def maximise(likelihood: Likelihood, size: int, starts: Sequence[Vector]) -> Estimate:
    """Find the parameters with the greatest likelihood, and their standard errors.

    By L-BFGS-B on the logarithms of the parameters, then by Newton steps with the derivative of
    the gradient; the standard errors are those of the observed information, carried from the
    logarithms to the parameters by the delta method.

    Parameters
    ----------
    likelihood
        Of parameters: the log-likelihood and its gradient.
    size
        Customers behind it.
    starts
        Where to start from; the best end is taken.
    """

    def loss(logs: Vector) -> tuple[float, Vector]:
        values = np.exp(logs)
        value, gradient = likelihood(values)
        return -value / size, -gradient * values / size

    ends = [
        minimize(
            loss,
            np.clip(np.log(start), *LOG_RANGE),
            jac=True,
            method="L-BFGS-B",
            bounds=[LOG_RANGE] * len(start),
            options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8, "maxcor": 20},
        )
        for start in starts
    ]
    logs = min(ends, key=lambda end: float(end.fun)).x
    is_free = (logs > LOG_RANGE[0] + 1e-9) & (logs < LOG_RANGE[1] - 1e-9)
    for _ in range(3):
        value, gradient = loss(logs)
        if np.max(np.abs(gradient[is_free]), initial=0) < GRADIENT_ZERO:
            break
        curvature = _derivative(loss, logs)[np.ix_(is_free, is_free)]
        if not _is_positive_definite(curvature):
            break
        step = np.zeros_like(logs)
        step[is_free] = -np.linalg.solve(curvature, gradient[is_free])
        nearer = np.clip(logs + step, *LOG_RANGE)
        if not loss(nearer)[0] <= value:
            break
        logs = nearer
    value, gradient = loss(logs)
    errors = np.full(len(logs), np.nan)
    curvature = _derivative(loss, logs)[np.ix_(is_free, is_free)] * size
    if is_free.any() and _is_positive_definite(curvature):
        errors[is_free] = np.sqrt(np.diag(np.linalg.inv(curvature))) * np.exp(logs[is_free])
    return Estimate(
        values=np.exp(logs),
        errors=errors,
        log_likelihood=-value * size,
        is_settled=bool(np.max(np.abs(gradient[is_free]), initial=0) < GRADIENT_MAX),
        is_at_edge=bool((~is_free).any()),
    )


def _derivative(loss: Likelihood, logs: Vector, step: float = 1e-4) -> Vector:
    """Differentiate the gradient by central differences, made symmetric."""
    columns = []
    for place in range(len(logs)):
        shift = np.zeros_like(logs)
        shift[place] = step
        columns.append((loss(logs + shift)[1] - loss(logs - shift)[1]) / (2 * step))
    matrix = np.column_stack(columns)
    return (matrix + matrix.T) / 2


def _is_positive_definite(matrix: Vector) -> bool:
    """Whether all its eigenvalues are clearly above zero."""
    if matrix.size == 0 or not np.isfinite(matrix).all():
        return False
    eigenvalues = np.linalg.eigvalsh(matrix)
    return bool(eigenvalues[0] > 1e-10 * abs(eigenvalues[-1]))
