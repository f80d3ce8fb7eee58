"""Aggregates by every choice of filters, in one query, with small cells hidden."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from coterie.dashboard.blocks import ALL, HIDDEN
from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.suppression import Key, Sum, hidden_cells, lines

# Columns of a segment at each level.
LEVELS = {"segment": "segment_id", "macro": "macro_segment_id", "micro": "micro_segment_id"}


def cube(
    marts: Marts,
    *,
    by: str | None = None,
    measures: Mapping[str, str] | None = None,
    where: str = "true",
    totals: bool = False,
) -> list[tuple[Any, ...]]:
    """Aggregate customers by choice of country and channel, and by a further column.

    Parameters
    ----------
    marts
        Where the customers are: `Marts.customers` has the columns.
    by
        SQL of the further column; null is called NONE.
    measures
        SQL of each figure: an aggregate over customers.
    where
        SQL of which customers count.
    totals
        Whether rows with ALL in the further column are kept.

    Returns
    -------
    list of tuple
        country, channel, the further column if there is one, customers, then the figures; HIDDEN
        where a cell is too small or would give another away.
    """
    rows = _aggregate(marts, by, measures or {}, where)
    counts = {row[:3]: row[3] for row in rows}
    hidden = _hidden(marts, counts, lines(list(counts), 3), where)
    result = []
    for row in rows:
        if by is None or totals or row[2] != ALL:
            key = row[:2] if by is None else row[:3]
            figures = [HIDDEN] * (len(row) - 3) if row[:3] in hidden else row[3:]
            result.append((*key, *figures))
    return result


def segment_cube(
    marts: Marts, *, measures: Mapping[str, str] | None = None, where: str = "true"
) -> list[tuple[Any, ...]]:
    """Aggregate customers by choice of country, channel and level, and by segment of that level.

    Returns
    -------
    list of tuple
        country, channel, level, segment (NONE where there is none), customers, then the figures.
    """
    parents = {row["segment_id"]: row["parent_segment_id"] for row in marts.segments}
    rows: dict[str, list[tuple[Any, ...]]] = {}
    counts: dict[Key, int] = {}
    sums: list[Sum] = []
    for level in marts.levels:
        rows[level] = _aggregate(marts, LEVELS[level], measures or {}, where)
        # A customer without a segment is without one at every level: one cell, not three.
        own = {_key(level, row): row[3] for row in rows[level]}
        counts |= own
        sums += lines(list(own), 3)
    parts: dict[Key, list[Key]] = defaultdict(list)
    for key in counts:
        parent = parents.get(key[2])
        if parent is not None:
            parts[(key[0], key[1], parent)].append(key)
    sums += [
        (total, tuple(keys))
        for total, keys in parts.items()
        if sum(counts[key] for key in keys) == counts.get(total)
    ]
    hidden = _hidden(marts, counts, sums, where)
    return [
        (
            *row[:2],
            level,
            row[2],
            *([HIDDEN] * (len(row) - 3) if _key(level, row) in hidden else row[3:]),
        )
        for level in marts.levels
        for row in rows[level]
        if row[2] != ALL
    ]


def _key(level: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    # Not every segment is divided: those without a micro-segment are another group.
    return (*row[:2], f"{NONE} {level}" if row[2] == NONE and level != "segment" else row[2])


def _aggregate(
    marts: Marts, by: str | None, measures: Mapping[str, str], where: str
) -> list[tuple[Any, ...]]:
    group = f"coalesce(cast({by} as varchar), '{NONE}')" if by else f"'{ALL}'"
    sets = ["country, channel", "country", "channel", ""]
    grouping = [f"({names})" for names in sets]
    if by:
        grouping += [f"({', '.join(filter(None, (names, 'part')))})" for names in sets]
    part = f"coalesce(part, '{ALL}')" if by else f"'{ALL}'"
    figures = "".join(f", {expression} as {name}" for name, expression in measures.items())
    return marts.rows(
        f"""
        select coalesce(country, '{ALL}'), coalesce(channel, '{ALL}'), {part}, count(*) {figures}
        from (select *, {group} as part from {marts.customers} where {where})
        group by grouping sets ({", ".join(grouping)})
        having count(*) > 0
        order by 1, 2, 3
        """
    )


def _hidden(marts: Marts, counts: Mapping[Key, int], sums: Sequence[Sum], where: str) -> set[Key]:
    """Hide what every table hides, and of the totals that others show nothing but in need."""
    forced = {key for key in counts if key[:2] in marts.hidden_choices}
    totals = {key for key in counts if key[2] == ALL and key not in forced}
    kept = totals if where == "true" else set()
    return hidden_cells(counts, sums, minimum=marts.min_cell_size, forced=forced, kept=kept)
