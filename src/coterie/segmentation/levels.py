"""Levels above the segments: a tree of segments, cut where its branches are longest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coterie.segmentation.numerics import Labels, Matrix, round_significant


@dataclass(frozen=True, eq=False)
class Node:
    """A segment, or the union of two nodes.

    Attributes
    ----------
    segment
        Position of the segment, from 0; None of a union.
    left, right
        Numbers of the two nodes it unites, from 1, the lower first; None of a segment.
    height
        Distance at which they unite, 0 of a segment.
    size
        Customers of the sample.
    macro
        Number of the macro-segment that the node belongs to, from 1 in the order of the segments;
        None above the macro-segments, and where there are none.
    centre
        (features,), mean of the prepared vectors of a segment's customers; None of a union.
    """

    segment: int | None
    left: int | None
    right: int | None
    height: float
    size: int
    macro: int | None = None
    centre: Matrix | None = None


def ward_merges(centres: Matrix, sizes: Sequence[int]) -> list[tuple[int, int, float]]:
    """Unite points of different weight by Ward's method.

    The height is sqrt(2 * increase of the sum of squares), so that points of weight one unite at
    their distance, as in scipy: sqrt(2 n1 n2 / (n1 + n2)) times the distance of the means (Ward
    1963, Journal of the American Statistical Association 58).

    Parameters
    ----------
    centres
        (k, components).
    sizes
        (k,), positive.

    Returns
    -------
    list of (left, right, height)
        k - 1 unions in the order in which they happen; nodes are counted from 0, the i-th union is
        node k + i. Of equal heights the pair with the lowest numbers is first.
    """
    means = {number: np.asarray(centre, dtype=float) for number, centre in enumerate(centres)}
    weights = {number: float(size) for number, size in enumerate(sizes)}
    merges: list[tuple[int, int, float]] = []

    def height(left: int, right: int) -> float:
        weight = 2 * weights[left] * weights[right] / (weights[left] + weights[right])
        return float(np.sqrt(weight * ((means[left] - means[right]) ** 2).sum()))

    while len(means) > 1:
        numbers = sorted(means)
        pairs = [(a, b) for place, a in enumerate(numbers) for b in numbers[place + 1 :]]
        left, right = min(pairs, key=lambda pair: (height(*pair), pair))
        merges.append((left, right, height(left, right)))
        number = len(centres) + len(merges) - 1
        weights[number] = weights[left] + weights[right]
        means[number] = (weights[left] * means[left] + weights[right] * means[right]) / (
            weights[number]
        )
        del means[left], means[right], weights[left], weights[right]
    return merges


def macro_count(heights: Sequence[float], *, most: int) -> int:
    """Give the number of macro-segments: where the next union is farthest from the last one.

    Parameters
    ----------
    heights
        Of the k - 1 unions, rising.
    most
        Macro-segments at most.

    Returns
    -------
    int
        From 2 to `most` and fewer than segments; of equal ratios the smaller number. 0 where fewer
        than three segments leave nothing to sum up.
    """
    segments = len(heights) + 1
    best, found = 0.0, 0
    for number in range(2, min(most, segments - 1) + 1):
        last, coming = heights[segments - number - 1], heights[segments - number]
        ratio = coming / last if last > 0 else np.inf
        if found == 0 or ratio > best:
            best, found = ratio, number
    return found


def segment_tree(values: Matrix, points: Matrix, labels: Labels, *, most: int) -> tuple[Node, ...]:
    """Build the tree of the segments with their macro-segments.

    Parameters
    ----------
    values
        (customers, features), prepared.
    points
        (customers, components), the same customers in the space that segments were found in.
    labels
        (customers,), segment positions from 0, negative without a segment.
    most
        Macro-segments at most.

    Returns
    -------
    tuple of Node
        The segments in their order, then the unions in the order in which they happen.
    """
    segments = int(labels.max()) + 1 if len(labels) else 0
    members = [labels == segment for segment in range(segments)]
    sizes = [int(member.sum()) for member in members]
    centres = np.array([points[member].mean(axis=0) for member in members])
    merges = ward_merges(centres, sizes)
    parts = [{segment} for segment in range(segments)]
    for left, right, _ in merges:
        parts.append(parts[left] | parts[right])
        sizes.append(sizes[left] + sizes[right])
    wanted = macro_count([height for _, _, height in merges], most=most)
    macros = [0] * segments
    if wanted:
        # What stands when all unions but the last (wanted - 1) are done.
        standing = set(range(2 * segments - wanted))
        for left, right, _ in merges[: segments - wanted]:
            standing -= {left, right}
        for number, node in enumerate(sorted(standing, key=lambda node: min(parts[node])), 1):
            for segment in parts[node]:
                macros[segment] = number
    nodes = [
        Node(
            segment,
            None,
            None,
            0.0,
            sizes[segment],
            macros[segment] or None,
            round_significant(values[members[segment]].mean(axis=0)),
        )
        for segment in range(segments)
    ]
    for number, (left, right, height) in enumerate(merges, segments):
        below = {macros[segment] for segment in parts[number]}
        macro = below.pop() if len(below) == 1 else 0
        nodes.append(
            Node(
                None,
                left + 1,
                right + 1,
                float(round_significant(np.array(height))),
                sizes[number],
                macro or None,
            )
        )
    return tuple(nodes)
