"""Levels below the segments: each segment in a few micro-segments.

k-means (Lloyd 1982, IEEE Transactions on Information Theory 28) among the customers of one segment,
in the space that the segments were found in. A micro-segment is a cut for those who want to write
to smaller groups, not a claim that there are groups: it has no gate but its smallest size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coterie.segmentation.algorithms import Clustering, fit_clustering
from coterie.segmentation.identity import Incumbent, Limits, best_pairs, overlap_table
from coterie.segmentation.numerics import Labels, Matrix, round_significant
from coterie.segmentation.prototypes import order_segments

# Fewer than two parts are no division.
PARTS_MIN = 2


@dataclass(frozen=True, eq=False)
class MicroSegment:
    """A part of a segment.

    Attributes
    ----------
    segment
        Position of the segment, from 0.
    micro_segment_id
        The segment's id and a number: s03.02.
    vector
        (components,), the mean of its customers, twelve significant digits.
    size
        Customers of the sample.
    """

    segment: int
    micro_segment_id: str
    vector: Matrix
    size: int


def micro_segments(
    points: Matrix,
    labels: Labels,
    segment_ids: Sequence[str],
    order_values: Matrix,
    *,
    incumbent: Incumbent,
    most: int,
    rows_min: int,
    seed: int,
    cold_gain: float,
    limits: Limits,
) -> tuple[MicroSegment, ...]:
    """Divide each segment, and give the parts the ids of the parts they were.

    Parameters
    ----------
    points
        (customers, components).
    labels
        (customers,), segment positions from 0, negative without a segment.
    segment_ids
        Id of each segment by its position.
    order_values
        (customers,), new parts of a segment are numbered by their mean of it, the highest first.
    incumbent
        With the micro-segments before, of segments that keep their id.
    most
        Parts of a segment at most; below 2 there are none.
    rows_min
        Customers of the sample that a part has at least: a segment has as many parts as before, or
        as leave each so many, and none where that is fewer than two.
    seed
        Of the starts.
    cold_gain
        By which share a fit from new starts must lower the inertia to be taken instead of the one
        that goes on from the parts before, 0..1.
    limits
        Jaccard above which a part is the one it was.

    Returns
    -------
    tuple of MicroSegment
        By segment, then by id; empty where nothing is divided.
    """
    found: list[MicroSegment] = []
    for segment, segment_id in enumerate(segment_ids):
        rows = np.flatnonzero(labels == segment)
        before = [incumbent.micro_label(row, segment_id) for row in rows]
        parts = _divided(
            points[rows], before, most=most, rows_min=rows_min, seed=seed, cold_gain=cold_gain
        )
        if parts is None:
            continue
        members = [rows[parts.labels == part] for part in range(parts.k)]
        means = np.array([points[held].mean(axis=0) for held in members])
        ids = _ids_of(
            parts.labels,
            before,
            order=order_segments(means, parts.labels, order_values[rows]),
            segment_id=segment_id,
            last_number=incumbent.last_micro_number(segment_id),
            limits=limits,
        )
        found += sorted(
            (
                MicroSegment(segment, ids[part], round_significant(means[part]), len(members[part]))
                for part in range(parts.k)
            ),
            key=lambda micro: micro.micro_segment_id,
        )
    return tuple(found)


def _divided(
    points: Matrix,
    before: Sequence[str | None],
    *,
    most: int,
    rows_min: int,
    seed: int,
    cold_gain: float,
) -> Clustering | None:
    """Divide one segment into as many parts as before, or as are large enough.

    None where two are not. Starts that differ may differ in whether a part is large enough, so the
    number before is tried first.
    """
    if most < PARTS_MIN:
        return None
    distinct = len(np.unique(np.round(points, 9), axis=0)) if len(points) else 0
    possible = range(min(most, len(points) // rows_min, distinct), PARTS_MIN - 1, -1)
    held = len(set(before) - {None})
    for count in sorted(possible, key=lambda count: (count != held, -count)):
        cold = fit_clustering("kmeans", points, count, seed=seed)
        clustering = _warmer(points, before, cold, seed=seed, cold_gain=cold_gain)
        if clustering.k == count and np.bincount(clustering.labels).min() >= rows_min:
            return clustering
    return None


def _warmer(
    points: Matrix, before: Sequence[str | None], cold: Clustering, *, seed: int, cold_gain: float
) -> Clustering:
    """Go on from the parts before, where there are as many and new starts gain little."""
    held = np.array([label or "" for label in before])
    names = sorted(set(held) - {""})
    if len(names) != cold.k:
        return cold
    start = np.array([points[held == name].mean(axis=0) for name in names])
    warm = fit_clustering("kmeans", points, cold.k, seed=seed, start=start)
    if warm.k < cold.k or cold.inertia < (1 - cold_gain) * warm.inertia:
        return cold
    return warm


def _ids_of(
    labels: Labels,
    before: Sequence[str | None],
    *,
    order: Labels,
    segment_id: str,
    last_number: int,
    limits: Limits,
) -> dict[int, str]:
    """Id of each part: of the one it was, else a number never used before in this segment."""
    table = overlap_table(before, [f"{label:09d}" for label in labels])
    pairs = best_pairs(table, jaccard_above=limits.kept_jaccard)
    ids = {int(table.new[other]): table.old[one] for one, other in pairs.items()}
    number = last_number
    for part in order:
        if int(part) not in ids:
            number += 1
            ids[int(part)] = f"{segment_id}.{number:02d}"
    return ids
