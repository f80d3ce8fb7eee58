"""Whether a few plain rules say who is in which segment: the surrogate decision tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from coterie.segmentation.numerics import Labels, Matrix, round_significant

FOLDS = 5
# A leaf of fewer customers is a rule about somebody, not about a kind of customer.
LEAF_ROWS_MIN = 5


def fit_tree(values: Matrix, labels: Labels, *, leaves: int) -> DecisionTreeClassifier:
    """Fit a decision tree that names the segment from the prepared features.

    Parameters
    ----------
    values
        (customers, features).
    labels
        (customers,).
    leaves
        Leaves at most: each is a rule to read.
    """
    return DecisionTreeClassifier(
        max_leaf_nodes=max(leaves, 2), min_samples_leaf=LEAF_ROWS_MIN, random_state=0
    ).fit(values, labels)


def fidelity(values: Matrix, labels: Labels, *, leaves: int) -> float:
    """Share of customers whose segment a tree names that has not seen them.

    A fifth of the rows in turn is held out, the same rows on every run.

    Parameters
    ----------
    values, labels, leaves
        See fit_tree.
    """
    # In no order of the rows: what repeats in them could be a segment.
    fold = np.random.default_rng(0).permutation(len(values)) % FOLDS
    right = 0
    for held in range(FOLDS):
        is_held = fold == held
        tree = fit_tree(values[~is_held], labels[~is_held], leaves=leaves)
        right += int((tree.predict(values[is_held]) == labels[is_held]).sum())
    return right / len(values)


@dataclass(frozen=True)
class Bound:
    """What one leaf of the tree asks of one feature.

    Attributes
    ----------
    leaf
        Number of the leaf, from 1: the largest first.
    segment
        Position of the segment that the leaf names, from 0.
    feature
        Position of the feature, from 0; None where a tree of one leaf asks nothing.
    above, at_most
        The prepared value lies above the one and does not exceed the other; None without a bound.
    size
        Customers of the sample in the leaf.
    right
        Those of them who are in the segment.
    """

    leaf: int
    segment: int
    feature: int | None
    above: float | None
    at_most: float | None
    size: int
    right: int


def learn_rules(values: Matrix, labels: Labels, *, leaves: int) -> tuple[Bound, ...]:
    """Grow the surrogate tree and lay its leaves out as bounds of features.

    Thresholds are rounded to 12 significant digits before customers are counted, so that the
    figures are those of the rules as they are stored.

    Parameters
    ----------
    values
        (customers, features), prepared.
    labels
        (customers,), segment positions from 0; customers without a segment (negative) are left
        out.
    leaves
        Leaves at most.

    Returns
    -------
    tuple of Bound
        By leaf and feature; one feature appears once in a leaf, however often it was asked for, and
        leaves beside each other that name the same segment are one.
    """
    known = labels >= 0
    values, labels = values[known], labels[known]
    if not len(values):
        return ()
    tree = fit_tree(values, labels, leaves=leaves)
    nodes = tree.tree_
    found: list[tuple[dict[int, tuple[float | None, float | None]], int]] = []

    def named(node: int) -> set[int]:
        if nodes.children_left[node] == nodes.children_right[node]:
            return {int(tree.classes_[nodes.value[node].argmax()])}
        return named(int(nodes.children_left[node])) | named(int(nodes.children_right[node]))

    def walk(node: int, bounds: dict[int, tuple[float | None, float | None]]) -> None:
        segments = named(node)
        if len(segments) == 1:
            # Whatever is asked below, the answer is the same.
            found.append((bounds, segments.pop()))
            return
        feature = int(nodes.feature[node])
        threshold = float(round_significant(np.array(nodes.threshold[node])))
        above, at_most = bounds.get(feature, (None, None))
        walk(int(nodes.children_left[node]), {**bounds, feature: (above, threshold)})
        walk(int(nodes.children_right[node]), {**bounds, feature: (threshold, at_most)})

    walk(0, {})
    counted = []
    for bounds, segment in found:
        inside = np.ones(len(values), dtype=bool)
        for feature, (above, at_most) in bounds.items():
            if above is not None:
                inside &= values[:, feature] > above
            if at_most is not None:
                inside &= values[:, feature] <= at_most
        counted.append((bounds, segment, int(inside.sum()), int((labels[inside] == segment).sum())))
    # Stable: leaves of the same size keep the order of the tree.
    counted.sort(key=lambda leaf: -leaf[2])
    rules = []
    for number, (bounds, segment, size, right) in enumerate(counted, start=1):
        rules += [
            Bound(number, segment, feature, *bounds[feature], size, right)
            for feature in sorted(bounds)
        ] or [Bound(number, segment, None, None, None, size, right)]
    return tuple(rules)
