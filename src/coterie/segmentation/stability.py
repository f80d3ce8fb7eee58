"""Whether segments come back when the sample changes.

Source: cluster-wise stability by the Jaccard coefficient over bootstrap resamples (Hennig 2007,
Computational Statistics and Data Analysis 52).
"""

from __future__ import annotations

import numpy as np

from coterie.segmentation.algorithms import fit_kmeans
from coterie.segmentation.numerics import Labels, Matrix
from coterie.segmentation.settings import Settings


def jaccard_by_cluster(reference: Labels, other: Labels, k: int) -> Matrix:
    """Best Jaccard coefficient of each reference cluster with any cluster of the other labelling.

    Parameters
    ----------
    reference
        Labels 0..k-1 of the same rows as `other`.
    other
        Labels 0..k-1.
    k
        Number of clusters.

    Returns
    -------
    ndarray of shape (k,)
        Values 0..1, NaN for a reference cluster without rows.
    """
    together = np.zeros((k, k))
    np.add.at(together, (reference, other), 1)
    either = together.sum(axis=1)[:, None] + together.sum(axis=0)[None, :] - together
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(either > 0, together / either, 0.0)
    best = shares.max(axis=1)
    best[together.sum(axis=1) == 0] = np.nan
    return best


def bootstrap_jaccard(
    points: Matrix, labels: Labels, k: int, *, settings: Settings
) -> tuple[Matrix, int]:
    """Mean Jaccard of each cluster over bootstrap resamples (Hennig 2007).

    Each resample draws rows with replacement, is clustered afresh, and is compared with the
    clusters of the whole sample on the rows it holds. It stops early once a cluster can no
    longer reach the limit: the decision is the same and the time is not spent.

    Parameters
    ----------
    points
        (customers, components).
    labels
        Clusters of the whole sample, 0..k-1.
    k
        Number of clusters.
    settings
        Uses seed, resamples, resample_rows, initialisations and jaccard_min.

    Returns
    -------
    tuple
        Mean Jaccard per cluster (k,), and the number of resamples it rests on.
    """
    generator = np.random.default_rng([settings.seed, k])
    rows = min(len(points), settings.resample_rows)
    sums, counts = np.zeros(k), np.zeros(k)
    done = 0
    for done in range(1, settings.resamples + 1):
        drawn = np.sort(generator.integers(0, len(points), size=rows))
        _, found, _ = fit_kmeans(
            points[drawn], k, initialisations=settings.initialisations, seed=settings.seed + done
        )
        _, first = np.unique(drawn, return_index=True)
        jaccard = jaccard_by_cluster(labels[drawn[first]], found[first], k)
        seen = ~np.isnan(jaccard)
        sums[seen] += jaccard[seen]
        counts[seen] += 1
        best_possible = (sums + (settings.resamples - done)) / np.maximum(
            counts + settings.resamples - done, 1
        )
        if best_possible.min() < settings.jaccard_min:
            break
    return np.where(counts > 0, sums / np.maximum(counts, 1), 0.0), done
