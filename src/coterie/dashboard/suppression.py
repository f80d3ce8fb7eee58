"""Small cells: which figures are hidden, so that none can be worked out from those shown.

A cell that counts fewer customers than the minimum is hidden (primary suppression). As tables show
totals too, one hidden cell could be got by subtraction, so others are hidden with it (complementary
suppression): in every sum of which a part is hidden, two cells at least are hidden and the hidden
parts count the minimum together. What several sums together still determine is found by solving
their equations.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from coterie.dashboard.blocks import ALL, HIDDEN

Key = Hashable
# Below this a number of the eliminated equations is rounding.
_ZERO = 1e-9
# A total and the parts that add up to it.
Sum = tuple[Key, tuple[Key, ...]]


def suppress(
    rows: Sequence[tuple[Any, ...]],
    *,
    count: int,
    minimum: int,
    figures: Sequence[int] = (),
    dimensions: Sequence[int] = (),
    by: Sequence[int] = (),
    forced: Collection[tuple[Any, ...]] = (),
) -> list[tuple[Any, ...]]:
    """Hide the figures of rows that count too few customers, and what would give them away.

    Parameters
    ----------
    rows
        Rows of a table; at most one for each value of the columns `by` and `dimensions`.
    count
        Position of the number of customers, a figure itself.
    minimum
        Fewest customers that are shown; 0 customers are shown as well.
    figures
        Positions of the other figures that are hidden with it.
    dimensions
        Positions of the columns along which rows add up to the row that holds ALL there.
    by
        Positions of columns whose values share no totals (a month, say).
    forced
        Values of the columns `dimensions` that are hidden whatever they count, because another
        table hides them.

    Returns
    -------
    list of tuple
        The rows in their order, with HIDDEN in the place of hidden figures.
    """
    positions = (count, *figures)
    cells: dict[tuple[Any, ...], dict[tuple[Any, ...], int]] = defaultdict(dict)
    for row in rows:
        outer = tuple(row[position] for position in by)
        key = tuple(row[position] for position in dimensions) if dimensions else row
        cells[outer][key] = row[count] or 0
    hidden: dict[tuple[Any, ...], set[Key]] = {}
    for outer, counts in cells.items():
        sums = lines(list(counts), len(dimensions)) if dimensions else []
        hidden[outer] = hidden_cells(counts, sums, minimum=minimum, forced=forced)
    result = []
    for row in rows:
        outer = tuple(row[position] for position in by)
        key = tuple(row[position] for position in dimensions) if dimensions else row
        hide = positions if key in hidden[outer] else ()
        result.append(tuple(HIDDEN if at in hide else cell for at, cell in enumerate(row)))
    return result


def hidden_cells(
    counts: Mapping[Key, int],
    sums: Sequence[Sum],
    *,
    minimum: int,
    forced: Collection[Key] = (),
    kept: Collection[Key] | Mapping[Key, int] = (),
) -> set[Key]:
    """Keys of the cells that must not be shown; see `suppress`.

    Parameters
    ----------
    counts
        Customers of each cell. A cell that is not named counts none, and everybody knows it.
    sums
        Totals and their parts; parts that count nobody may be left out.
    minimum
        Fewest customers that are shown.
    forced
        Cells that are hidden whatever they count.
    kept
        Cells that another table shows, or that readers would miss: hidden here only where nothing
        else is left. A mapping says how much each is worth; cells of less are hidden first.
    """
    hidden = {key for key, customers in counts.items() if 0 < customers < minimum}
    hidden |= {key for key in forced if key in counts}
    equations = [
        (total, tuple(part for part in parts if counts.get(part, 0) > 0))
        for total, parts in sums
        if total in counts
    ]
    worth = _worth(equations, kept if isinstance(kept, Mapping) else dict.fromkeys(kept, 2))
    while True:
        further = _unprotected(counts, equations, hidden, minimum, worth)
        if not further:
            return hidden
        hidden |= further


def lines(keys: Sequence[tuple[Any, ...]], dimensions: int) -> list[Sum]:
    """Give the sums of a cube: along each dimension, the cells that add up to the one of ALL."""
    sums: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for key in keys:
        for place in range(dimensions):
            if key[place] != ALL:
                sums[(*key[:place], ALL, *key[place + 1 :])].append((place, key))
    result: list[Sum] = []
    for total, parts in sums.items():
        for place in range(dimensions):
            along = tuple(key for at, key in parts if at == place)
            if along:
                result.append((total, along))
    return result


def _worth(equations: Sequence[Sum], kept: Mapping[Key, int]) -> dict[Key, int]:
    """How late each cell is hidden: the only part of a total is that total, and worth as much."""
    worth = dict(kept)
    alone = [(total, parts[0]) for total, parts in equations if len(parts) == 1]
    while True:
        raised = {
            part: max(worth.get(total, 0), 1)
            for total, part in alone
            if worth.get(part, 0) < max(worth.get(total, 0), 1)
        }
        if not raised:
            return worth
        worth |= raised


def _unprotected(
    counts: Mapping[Key, int],
    equations: Sequence[Sum],
    hidden: set[Key],
    minimum: int,
    worth: Mapping[Key, int],
) -> set[Key]:
    """Cells to hide next: one for each sum that gives something away, else for each cell."""

    def smallest(cells: Iterable[Key], hidden: set[Key]) -> Key | None:
        """Choose the shown cell that loses the least."""
        return min(
            (key for key in cells if key not in hidden),
            key=lambda key: (worth.get(key, 0), counts[key], str(key)),
            default=None,
        )

    further: set[Key] = set()
    now = set(hidden)
    for total, parts in equations:
        unknown = [part for part in parts if part in now]
        together = sum(counts[part] for part in unknown)
        alone = len(unknown) + (total in now) == 1
        too_few = bool(unknown) and total not in now and together < minimum
        if alone or too_few:
            choice = smallest((total, *parts), now)
            if choice is not None:
                further.add(choice)
                now.add(choice)
    if further:
        return further
    fixed = determined(equations, hidden)
    if not fixed:
        return set()
    # Another unknown in a sum of theirs, else anywhere: once all are unknown, none is determined.
    near = {key for total, parts in equations if fixed & {total, *parts} for key in (total, *parts)}
    anywhere = {key for total, parts in equations for key in (total, *parts)}
    choice = smallest(near, hidden)
    choice = smallest(anywhere, hidden) if choice is None else choice
    return set() if choice is None else {choice}


def determined(equations: Sequence[Sum], hidden: set[Key]) -> set[Key]:
    """Find hidden cells that the sums fix: what elimination leaves alone in an equation."""
    rows: list[dict[Key, int]] = []
    for total, parts in equations:
        row = {part: 1 for part in parts if part in hidden}
        if total in hidden:
            row[total] = -1
        if row:
            rows.append(row)
    return {key for group in _connected(rows) for key in _fixed(group)}


def _connected(rows: list[dict[Key, int]]) -> list[list[dict[Key, int]]]:
    """Put together the equations that share an unknown, each with any other of its group."""
    groups: dict[int, list[dict[Key, int]]] = {}
    group_of: dict[Key, int] = {}
    for number, row in enumerate(rows):
        groups[number] = [row]
        for other in {group_of[key] for key in row if key in group_of}:
            for joined in groups[other]:
                group_of.update(dict.fromkeys(joined, number))
            groups[number] += groups.pop(other)
        group_of.update(dict.fromkeys(row, number))
    return list(groups.values())


def _fixed(rows: list[dict[Key, int]]) -> list[Key]:
    """Eliminate as Gauss and Jordan did: what is free in the equations is free in the cells."""
    keys = sorted({key for row in rows for key in row}, key=str)
    column = {key: number for number, key in enumerate(keys)}
    matrix = np.zeros((len(rows), len(keys)))
    for number, row in enumerate(rows):
        for key, sign in row.items():
            matrix[number, column[key]] = sign
    pivots: list[int] = []
    for number in range(len(keys)):
        rest = np.abs(matrix[len(pivots) :, number])
        if not rest.size or rest.max() < _ZERO:
            continue
        at = len(pivots)
        best = at + int(rest.argmax())
        matrix[[at, best]] = matrix[[best, at]]
        matrix[at] /= matrix[at, number]
        others = np.flatnonzero(np.abs(matrix[:, number]) > _ZERO)
        others = others[others != at]
        matrix[others] -= np.outer(matrix[others, number], matrix[at])
        pivots.append(number)
    # An equation of one unknown is left: no other can take from it.
    alone = (np.abs(matrix[: len(pivots)]) > _ZERO).sum(axis=1) == 1
    return [keys[number] for number, is_alone in zip(pivots, alone, strict=True) if is_alone]
