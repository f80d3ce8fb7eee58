"""Purchase histories, grouped: all that the likelihood of the BG/NBD needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Histories:
    """Distinct purchase histories; every array has the shape (groups,).

    Attributes
    ----------
    repeats
        Purchases after the first one (x).
    last
        Time from the first purchase to the last one (t_x), 0 without repeats.
    observed
        Time from the first purchase to the end of observation (T).
    customers
        Customers with this history.
    """

    repeats: Counts
    last: Vector
    observed: Vector
    customers: Counts

    def __post_init__(self) -> None:
        """Refuse histories that cannot be.

        Raises
        ------
        ValueError
            If arrays differ in length, if there are none, or if a history breaks
            0 <= last <= observed, has repeats without time between them, or no customers.
        """
        lengths = {len(part) for part in (self.repeats, self.last, self.observed, self.customers)}
        if len(lengths) != 1:
            raise ValueError(f"histories need arrays of one length, got {sorted(lengths)}")
        if lengths == {0}:
            raise ValueError("there are no histories")
        wrong = (
            (self.repeats < 0)
            | (self.customers < 1)
            | ~(self.last <= self.observed)
            | ((self.last > 0) != (self.repeats > 0))
        )
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ValueError(
                f"no purchase history: {self.repeats[row]} repeats, the last at {self.last[row]} "
                f"of {self.observed[row]}, {self.customers[row]} customers"
            )

    @property
    def size(self) -> int:
        """Customers of all groups."""
        return int(self.customers.sum())


def group_histories(
    repeats: npt.ArrayLike,
    last: npt.ArrayLike,
    observed: npt.ArrayLike,
    customers: npt.ArrayLike | None = None,
) -> Histories:
    """Count equal histories.

    Parameters
    ----------
    repeats, last, observed
        See Histories; any order, histories may repeat.
    customers
        Customers of each row; one each where none are given.

    Returns
    -------
    Histories
        Each history once, in rising order: the sums of a fit do not depend on the order of rows.
    """
    x = np.asarray(repeats, dtype=np.int64)
    t_x = np.asarray(last, dtype=np.float64)
    t = np.asarray(observed, dtype=np.float64)
    counts = np.ones(len(x), np.int64) if customers is None else np.asarray(customers, np.int64)
    # One sort by three keys: several times as fast as unique rows of a matrix.
    order = np.lexsort((t, t_x, x))
    x, t_x, t, counts = x[order], t_x[order], t[order], counts[order]
    is_new = np.ones(len(x), dtype=bool)
    is_new[1:] = (x[1:] != x[:-1]) | (t_x[1:] != t_x[:-1]) | (t[1:] != t[:-1])
    starts = np.flatnonzero(is_new)
    sums = np.add.reduceat(counts, starts) if len(starts) else counts
    return Histories(x[starts], t_x[starts], t[starts], sums)
