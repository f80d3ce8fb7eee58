"""Aggregates by every choice of filters, in one query, with small cells hidden."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from coterie.dashboard.blocks import ALL, HIDDEN
from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.suppression import Key, Sum, hidden_cells, lines, suppress

# Share of the cells by country, channel and a further column that may be too small. Above it, both
# filters at once would show next to nothing, and hide much of what either of them shows alone.
SMALL_MAX = 0.1

# What plain rules say of a customer (mart customer_dimensions) that is compared with the segments.
DIMENSIONS = (
    "lifecycle_stage",
    "value_class",
    "frequency_class",
    "device",
    "area_type",
    "age_band",
)

# What customers are called who have not left already.
ACTIVE = "active"

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
    if _is_thin(rows, marts.min_cell_size):
        rows = _apart(rows)
    counts = {row[:3]: row[3] for row in rows}
    hidden = _hidden(marts, counts, lines(list(counts), 3), where)
    result = []
    for row in rows:
        if by is None or totals or row[2] != ALL:
            key = row[:2] if by is None else row[:3]
            figures = [HIDDEN] * (len(row) - 3) if row[:3] in hidden else row[3:]
            result.append((*key, *figures))
    return result


def active_cube(marts: Marts, measures: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """Aggregate all customers and the active ones by choice of country and channel.

    It settles which choices no table shows (see `hidden_choices`): where the active are few among
    the customers of a choice, or those who have left, the choice is hidden rather than its totals.

    Returns
    -------
    list of tuple
        country, channel, ALL or ACTIVE, customers, then the figures.
    """
    rows, hidden = _active(marts, measures)
    return [
        (*row[:3], *([HIDDEN] * (len(row) - 3) if row[:3] in hidden else row[3:]))
        for row in rows
        if row[2] != NONE
    ]


def hidden_choices(marts: Marts) -> set[tuple[str, str]]:
    """Choices of country and channel that no table shows, or tables would betray each other."""
    return marts.once(
        "hidden_choices",
        lambda: {key[:2] for key in _active(marts, {})[1] if key[2] == ALL},
    )


def _active(
    marts: Marts, measures: Mapping[str, str]
) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    by = f"case when churn_basis <> 'left already' then '{ACTIVE}' end"
    rows = _aggregate(marts, by, measures, "true")
    counts = {row[:3]: row[3] for row in rows}
    # Rather a choice than what the more general one says of the active.
    kept = {key: 2 * key[:2].count(ALL) for key in counts}
    hidden = hidden_cells(counts, lines(list(counts), 3), minimum=marts.min_cell_size, kept=kept)
    return rows, {key for key in counts if key in hidden}


def segment_cube(
    marts: Marts,
    *,
    measures: Mapping[str, str] | None = None,
    where: str = "true",
    shares: Sequence[int] = (),
) -> list[tuple[Any, ...]]:
    """Aggregate customers by choice of country, channel and level, and by segment of that level.

    Parameters
    ----------
    marts, measures, where
        As for `cube`.
    shares
        Figures (0: customers, 1: the first measure) whose share of all segments is added.

    Returns
    -------
    list of tuple
        country, channel, level, segment (NONE where there is none), customers, the figures, then
        the shares.
    """
    key = f"segment_cube {sorted((measures or {}).items())} {where} {shares}"
    return marts.once(key, lambda: _segment_cube(marts, measures or {}, where, shares))


def _segment_cube(
    marts: Marts, measures: Mapping[str, str], where: str, shares: Sequence[int]
) -> list[tuple[Any, ...]]:
    parents = {row["segment_id"]: row["parent_segment_id"] for row in marts.segments}
    rows: dict[str, list[tuple[Any, ...]]] = {}
    counts: dict[Key, int] = {}
    sums: list[Sum] = []
    is_thin = False
    for level in marts.levels:
        rows[level] = _with_shares(_aggregate(marts, LEVELS[level], measures, where), shares)
        is_thin |= _is_thin(rows[level], marts.min_cell_size)
    for level in marts.levels:
        if is_thin:
            rows[level] = _apart(rows[level])
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


def segment_dimensions(marts: Marts) -> list[tuple[Any, ...]]:
    """Count the customers of each segment by what plain rules say of them.

    Returns
    -------
    list of tuple
        dimension, value, level, segment, customers, share of the segment's customers.
    """
    return marts.once("segment_dimensions", lambda: _segment_dimensions(marts))


def _segment_dimensions(marts: Marts) -> list[tuple[Any, ...]]:
    result = []
    for dimension in DIMENSIONS:
        for level in marts.levels:
            rows = marts.rows(
                f"""
                select
                    coalesce(value, '{ALL}') as value, coalesce(segment, '{ALL}') as segment,
                    count(*) as customers
                from (
                    select
                        coalesce({dimension}, 'unknown') as value,
                        coalesce({LEVELS[level]}, '{NONE}') as segment
                    from {marts.customers}
                )
                group by cube (value, segment)
                order by 1, 2
                """
            )
            wholes = {segment: customers for value, segment, customers in rows if value == ALL}
            shared = [(*row, row[2] / wholes[row[1]]) for row in rows]
            shown = suppress(
                shared, count=2, figures=[3], dimensions=[0, 1], minimum=marts.min_cell_size
            )
            result += [
                (dimension, value, level, segment, *figures)
                for value, segment, *figures in shown
                if value != ALL and segment not in {ALL, NONE}
            ]
    return result


def _key(level: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
    # Whoever has no segment has no macro-segment, one cell; not every segment is divided, so that
    # those without a micro-segment are another.
    return (*row[:2], f"{NONE} {level}" if row[2] == NONE and level == "micro" else row[2])


def _is_thin(rows: Sequence[tuple[Any, ...]], minimum: int) -> bool:
    crossed = [row[3] for row in rows if ALL not in row[:3]]
    return sum(customers < minimum for customers in crossed) > SMALL_MAX * len(crossed)


def _apart(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Leave out the cells of a country and a channel at once, but for their total."""
    return [row for row in rows if ALL in row[:3]]


def _with_shares(rows: Sequence[tuple[Any, ...]], shares: Sequence[int]) -> list[tuple[Any, ...]]:
    wholes: dict[tuple[Any, ...], Any] = defaultdict(int)
    for row in rows:
        if row[2] not in {ALL, NONE}:
            for at in shares:
                wholes[(*row[:2], at)] += row[3 + at] or 0

    def share(row: tuple[Any, ...], at: int) -> float | None:
        whole = wholes[(*row[:2], at)]
        return None if row[2] == NONE or not whole else float((row[3 + at] or 0) / whole)

    return [(*row, *(share(row, at) for at in shares)) for row in rows]


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
    unseen = marts.hidden_choices
    forced = {key for key in counts if key[:2] in unseen}
    shown = {key for key in counts if key[2] == ALL and key not in forced and where == "true"}
    kept = {key: 4 if key in shown else key[:2].count(ALL) for key in counts}
    return hidden_cells(counts, sums, minimum=marts.min_cell_size, forced=forced, kept=kept)
