"""Segments keep their identity: which of today's segments are those of the model before.

Both models are asked about the same customers at the same date, so that only the model differs.
Kinds of a row of the lineage:

kept
    The pair is in the optimal assignment, each is the best match of the other, and their Jaccard
    is above a limit. The segment keeps its id.
replaced
    The same, where one of the two is a segment by rules: rules and fitted segments share no ids.
split
    A segment without such a match, two or more new ones each taking a part of it, together nearly
    all of it, and each consisting mostly of it.
merged
    The mirror of a split: two or more segments each give most of themselves to a new one that
    consists of nearly nothing else.
born, retired
    Anything else: a new segment, a segment that is no more.

Ids are numbers that no model decided about before had, whatever became of it; a training that is
repeated gives the numbers it gave.

The optimal assignment is that of Kuhn (1955) and Munkres (1957), by
scipy.optimize.linear_sum_assignment, on the Jaccard of the two sets of customers; of assignments
that are equally good the one whose means lie closer together. Limits: a Jaccard above 0.5 leaves
no room for a second match (Greene, Doyle and Cunningham 2010, ASONAM, track groups over time with a
limit on it); those of splits and merges are vars.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy.optimize import linear_sum_assignment

from coterie.segmentation.numerics import Labels, Matrix, round_significant

RULES = "rules"
# Weight of the distance of two means, as a share of the largest, against the Jaccard: two Jaccards
# of 20,000 customers that differ do so by more than 1e-9.
DISTANCE_WEIGHT = 1e-10
# A split has at least two parts.
PARTS_MIN = 2


@dataclass(frozen=True, eq=False)
class Incumbent:
    """The model in force before a training round, as its segments stand today.

    Attributes
    ----------
    labels
        (customers,), segment ids of the sample's customers, None without a segment.
    algorithm
        A key of ALGORITHMS, or "rules"; None where there was no model.
    basis
        How the labels came about: model, rules or publication; none where there are none.
    last_number
        The highest number that a segment of an earlier decision had: 7 if the last was s07.
    rules
        (customers,), segments by rules, for a round in which nothing is good enough.
    micro_labels
        (customers,), ids of their micro-segments, None without one.
    last_micro_ids
        The highest id that a micro-segment of an earlier decision had, of each segment that was
        divided.
    """

    labels: Sequence[str | None]
    algorithm: str | None = None
    basis: str = "none"
    last_number: int = 0
    rules: Sequence[str | None] | None = None
    micro_labels: Sequence[str | None] | None = None
    last_micro_ids: Sequence[str] = ()

    @classmethod
    def from_arrow(cls, sample: pa.Table, in_force: pa.Table) -> Incumbent:
        """Read the labels of the sample and the one row of the model in force.

        Parameters
        ----------
        sample
            As segment_sample_vectors, in the order of the values that are fitted.
        in_force
            As segment_incumbent.
        """
        (row,) = in_force.to_pylist()
        return cls(
            sample["incumbent_segment_id"].to_pylist(),
            algorithm=row["algorithm"],
            basis=row["basis"],
            last_number=row["last_number"],
            rules=sample["rule_segment_id"].to_pylist(),
            micro_labels=sample["incumbent_micro_segment_id"].to_pylist(),
            last_micro_ids=(row["last_micro_ids"] or "").split(", "),
        )

    def micro_label(self, row: int, segment_id: str) -> str | None:
        """Give the id of the customer's micro-segment if it is one of this segment, else None."""
        label = self.micro_labels[row] if self.micro_labels else None
        return label if label is not None and label.startswith(f"{segment_id}.") else None

    def last_micro_number(self, segment_id: str) -> int:
        """Give the highest number that a micro-segment of this segment ever had, 0 without any."""
        ids = [name for name in self.last_micro_ids if name.startswith(f"{segment_id}.")]
        return max((int(name.rsplit(".", 1)[1]) for name in ids), default=0)

    @property
    def ids(self) -> list[str]:
        """Ids of the segments that hold customers of the sample, sorted."""
        return sorted({label for label in self.labels if label is not None})

    @property
    def k(self) -> int | None:
        """Number of its segments; None for rules, whose number says nothing about the data."""
        return None if self.algorithm in (None, RULES) else len(self.ids) or None

    def means(self, points: Matrix, rows: Labels) -> Matrix:
        """Means of its segments among some of the points.

        Parameters
        ----------
        points
            (customers, components).
        rows
            (rows,), which of them are used.

        Returns
        -------
        ndarray of shape (segments, components)
            In the order of the ids; fewer than k where a segment has none of the rows.
        """
        labels = np.array([self.labels[row] or "" for row in rows])
        held = [name for name in self.ids if (labels == name).any()]
        return np.array([points[rows][labels == name].mean(axis=0) for name in held])


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where one kind of lineage ends and the next begins.

    Attributes
    ----------
    kept_jaccard
        Jaccard that a kept segment must exceed, 0..1.
    part_share
        Share of a split segment that each part takes at least, 0..1.
    parts_together
        Share of it that the parts take together at least, 0..1.
    part_drawn
        Share of a part that comes from the split segment at least, 0..1.
    """

    kept_jaccard: float = 0.5
    part_share: float = 0.25
    parts_together: float = 0.80
    part_drawn: float = 0.5


@dataclass(frozen=True)
class Lineage:
    """What became of a segment; the columns of segment_lineage, where each is described."""

    from_segment_id: str | None
    to_segment_id: str | None
    kind: str
    customers_from: int | None = None
    customers_to: int | None = None
    overlap: int | None = None
    share_of_from: float | None = None
    share_of_to: float | None = None
    jaccard: float | None = None
    prototype_distance: float | None = None
    basis: str = "none"


@dataclass(frozen=True, eq=False)
class Overlap:
    """The customers that each old and each new segment share.

    Attributes
    ----------
    old, new
        Names of the old segments, and of the new ones, each sorted.
    counts
        (old, new), customers in both.
    old_sizes, new_sizes
        Customers in each, whether or not they have a segment on the other side.
    distances
        (old, new), Euclidean distance of the means; None where there is no common space.
    """

    old: list[str]
    new: list[str]
    counts: Labels
    old_sizes: Labels
    new_sizes: Labels
    distances: Matrix | None = None

    @property
    def jaccard(self) -> Matrix:
        """(old, new): customers in both by customers in either."""
        return self.counts / (self.old_sizes[:, None] + self.new_sizes[None, :] - self.counts)


def overlap_table(
    old: Sequence[str | None], new: Sequence[str | None], points: Matrix | None = None
) -> Overlap:
    """Count the customers that old and new segments share.

    Parameters
    ----------
    old, new
        (customers,), names of segments, None without one; the same customers on the same day.
    points
        (customers, components), the space in which means are compared.

    Raises
    ------
    ValueError
        If the lengths differ.
    """
    if len(old) != len(new):
        raise ValueError(f"got {len(old)} old and {len(new)} new labels of the same customers")
    old_ids = sorted({label for label in old if label is not None})
    new_ids = sorted({label for label in new if label is not None})
    is_old = np.array([[label == name for label in old] for name in old_ids]).reshape(
        len(old_ids), len(old)
    )
    is_new = np.array([[label == name for label in new] for name in new_ids]).reshape(
        len(new_ids), len(new)
    )
    distances = None
    if points is not None:
        old_means = [points[held].mean(axis=0) for held in is_old]
        new_means = [points[held].mean(axis=0) for held in is_new]
        distances = np.array(
            [[np.linalg.norm(one - other) for other in new_means] for one in old_means]
        ).reshape(len(old_ids), len(new_ids))
    return Overlap(
        old=old_ids,
        new=new_ids,
        counts=is_old.astype(np.int64) @ is_new.astype(np.int64).T,
        old_sizes=is_old.sum(axis=1).astype(np.int64),
        new_sizes=is_new.sum(axis=1).astype(np.int64),
        distances=distances,
    )


def best_pairs(table: Overlap, *, jaccard_above: float) -> dict[int, int]:
    """Find the new segment that is each old one.

    Parameters
    ----------
    table
        See overlap_table.
    jaccard_above
        Limit that the Jaccard of a pair exceeds.

    Returns
    -------
    dict
        Position of the old segment to that of the new one, where each is the other's best match.
    """
    jaccard = table.jaccard
    if not jaccard.size:
        return {}
    gain = jaccard.copy()
    if table.distances is not None and table.distances.max() > 0:
        gain -= DISTANCE_WEIGHT * table.distances / table.distances.max()
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return {
        int(one): int(other)
        for one, other in pairs
        if jaccard[one, other] > jaccard_above
        and jaccard[one, other] >= jaccard[one].max()
        and jaccard[one, other] >= jaccard[:, other].max()
    }


def parts_of(
    counts: Labels, whole: int, sizes: Labels, *, taken: set[int], limits: Limits
) -> list[int]:
    """Find the parts that a segment fell into; none if it did not.

    Parameters
    ----------
    counts
        (parts,), customers that the segment shares with each.
    whole
        Customers of the segment.
    sizes
        (parts,), customers of each.
    taken
        Positions that are spoken for.
    limits
        See Limits.
    """
    found = [
        part
        for part in range(len(sizes))
        if part not in taken
        and counts[part] >= limits.part_share * whole
        and counts[part] >= limits.part_drawn * sizes[part]
    ]
    together = sum(counts[part] for part in found)
    if len(found) < PARTS_MIN or together < limits.parts_together * whole:
        return []
    return found


def match_segments(table: Overlap, *, limits: Limits) -> list[tuple[str, int | None, int | None]]:
    """Say what became of every old segment and where every new one comes from.

    Parameters
    ----------
    table
        See overlap_table.
    limits
        See Limits.

    Returns
    -------
    list
        Kind, position of the old and of the new segment (None: there is none), each pair once.
    """
    kept = best_pairs(table, jaccard_above=limits.kept_jaccard)
    found: list[tuple[str, int | None, int | None]] = [
        ("kept", one, other) for one, other in kept.items()
    ]
    old_done, new_done = set(kept), set(kept.values())
    for one in range(len(table.old)):
        if one not in old_done:
            parts = parts_of(
                table.counts[one],
                table.old_sizes[one],
                table.new_sizes,
                taken=new_done,
                limits=limits,
            )
            if parts:
                found += [("split", one, part) for part in parts]
                old_done.add(one)
                new_done.update(parts)
    for other in range(len(table.new)):
        if other not in new_done:
            parts = parts_of(
                table.counts[:, other],
                table.new_sizes[other],
                table.old_sizes,
                taken=old_done,
                limits=limits,
            )
            if parts:
                found += [("merged", part, other) for part in parts]
                new_done.add(other)
                old_done.update(parts)
    found += [("retired", one, None) for one in range(len(table.old)) if one not in old_done]
    found += [("born", None, other) for other in range(len(table.new)) if other not in new_done]
    return found


def segment_id_at(number: int) -> str:
    """Name the segment of a number, counted from 1: s01, s02, ..."""
    return f"s{number:02d}"


def carry_over(
    incumbent: Incumbent,
    labels: Labels,
    *,
    order: Labels,
    points: Matrix,
    limits: Limits,
) -> tuple[tuple[str, ...], list[Lineage]]:
    """Give new groups their ids: those of the segments they are, or numbers never used before.

    Parameters
    ----------
    incumbent
        The segments before.
    labels
        (customers,), 0..k-1 in the new model, -1 without a segment.
    order
        (k,), the groups in the order in which they get new numbers.
    points
        (customers, components), the space of the new model.
    limits
        See Limits.

    Returns
    -------
    tuple
        The id of each group, and the lineage, sorted by the ids.
    """
    # Names that sort as the groups are numbered.
    names = {int(group): f"{place:09d}" for place, group in enumerate(order)}
    new = [names[int(label)] if label >= 0 else None for label in labels]
    table = overlap_table(incumbent.labels, new, points)
    found = match_segments(table, limits=limits)
    ids = {
        table.new[other]: table.old[one]
        for kind, one, other in found
        if kind == "kept" and incumbent.algorithm != RULES
    }
    number = incumbent.last_number
    for name in sorted(names.values()):
        if name not in ids:
            number += 1
            ids[name] = segment_id_at(number)
    lineage = lineage_rows(table, found, names=ids, incumbent=incumbent)
    return tuple(ids[names[group]] for group in range(len(order))), lineage


def lineage_of_rules(incumbent: Incumbent, *, limits: Limits) -> list[Lineage]:
    """Lineage of a round that ended with segments by rules, whose ids are their own.

    Parameters
    ----------
    incumbent
        With the segments by rules.
    limits
        See Limits.
    """
    if incumbent.rules is None:
        return []
    table = overlap_table(incumbent.labels, incumbent.rules)
    return lineage_rows(
        table,
        match_segments(table, limits=limits),
        names={name: name for name in table.new},
        incumbent=incumbent,
    )


def lineage_rows(
    table: Overlap,
    found: Sequence[tuple[str, int | None, int | None]],
    *,
    names: dict[str, str],
    incumbent: Incumbent,
) -> list[Lineage]:
    """Lay matches out with their figures.

    Parameters
    ----------
    table
        See overlap_table.
    found
        See match_segments.
    names
        Ids of the new segments, by their name in the table.
    incumbent
        For the basis.
    """
    rows = []
    for kind, one, other in found:
        from_id = None if one is None else table.old[one]
        to_id = None if other is None else names[table.new[other]]
        before = None if one is None else int(table.old_sizes[one])
        after = None if other is None else int(table.new_sizes[other])
        row = Lineage(
            from_id,
            to_id,
            "replaced" if kind == "kept" and from_id != to_id else kind,
            customers_from=before,
            customers_to=after,
            basis=incumbent.basis,
        )
        if before is not None and after is not None:
            both = int(table.counts[one, other])
            row = replace(
                row,
                overlap=both,
                share_of_from=both / before,
                share_of_to=both / after,
                jaccard=float(table.jaccard[one, other]),
                # A figure to look at, not a parameter: its last bits are noise.
                prototype_distance=None
                if table.distances is None
                else float(round_significant(table.distances[one, other])),
            )
        rows.append(row)
    return sorted(rows, key=lambda row: (row.from_segment_id or "~", row.to_segment_id or "~"))
