"""Whether a few plain rules say who is in which segment: the surrogate decision tree."""

from __future__ import annotations

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from coterie.segmentation.numerics import Labels, Matrix

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
