"""Types, rounding and threads: what makes a fit the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SIGNIFICANT_DIGITS = 12


def round_significant(values: Matrix, digits: int = SIGNIFICANT_DIGITS) -> Matrix:
    """Round every value to a number of significant decimal digits."""
    flat = [float(f"{value:.{digits - 1}e}") for value in np.ravel(values)]
    # Adding zero turns -0.0 into 0.0.
    return np.array(flat, dtype=np.float64).reshape(np.shape(values)) + 0.0


def even_rows(count: int, limit: int) -> Labels:
    """Positions of at most `limit` rows at even distances: the bound of what is slow in the rows.

    Returns
    -------
    ndarray of shape (min(count, limit),)
        Rising positions 0..count-1.
    """
    return np.unique(np.linspace(0, count - 1, min(count, limit)).astype(np.int64))


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread: the same sums everywhere, and faster at this size.

    Only thread pools that exist already can be held: scikit-learn must have been imported.
    """
    with threadpool_limits(limits=1):
        yield
