"""Means over a beta distribution as sums: what lets SQL compute expected purchases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal

from coterie.lifetime.histories import Vector

#: Nodes of each mean. The functions averaged are as smooth as the power they are made of: 48 nodes
#: give ten digits where the horizon is forty times as long as all that is known of a customer.
NODES = 48


@dataclass(frozen=True)
class Nodes:
    """A mean over the probability of leaving, as a sum, for each number of repeats from 0 on.

    Attributes
    ----------
    probabilities
        Shape (numbers of repeats, nodes), each between 0 and 1, rising.
    weights
        The same shape; each row sums to 1.
    """

    probabilities: Vector
    weights: Vector


def dropout_nodes(a: float, b: float, rows: int, *, count: int = NODES) -> Nodes:
    """Nodes and weights of the means over beta(a, b + x), for x = 0, 1, ..., rows - 1.

    Gauss quadrature by the eigenvalues of the Jacobi matrix (Golub and Welsch 1969, Mathematics of
    Computation 23), whose entries are the recurrence of the Jacobi polynomials on 0..1: exact for
    polynomials up to degree 2 count - 1.

    Parameters
    ----------
    a, b
        Of the beta distribution before any repeat, above 0.
    rows
        How many numbers of repeats.
    count
        Nodes of each.
    """
    probabilities, weights = np.empty((rows, count)), np.empty((rows, count))
    for repeats in range(rows):
        # Jacobi weight (1 - z) ** high (1 + z) ** low on -1..1, p = (1 + z) / 2.
        high, low = b + repeats - 1, a - 1
        degree = np.arange(count, dtype=np.float64)
        total = 2 * degree + high + low
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = (low**2 - high**2) / (total * (total + 2))
        # The general form divides 0 by 0 where high + low is 0.
        centre[0] = (low - high) / (high + low + 2)
        step = degree[1:]
        total = total[1:]
        with np.errstate(divide="ignore", invalid="ignore"):
            square = (
                4 * step * (step + high) * (step + low) * (step + high + low)
                / (total**2 * (total + 1) * (total - 1))
            )  # fmt: skip
        square[0] = 4 * (1 + high) * (1 + low) / ((high + low + 2) ** 2 * (high + low + 3))
        values, vectors = eigh_tridiagonal((1 + centre) / 2, np.sqrt(square) / 2)
        probabilities[repeats] = np.clip(values, np.finfo(float).tiny, 1)
        weights[repeats] = vectors[0] ** 2
    return Nodes(probabilities, weights)
