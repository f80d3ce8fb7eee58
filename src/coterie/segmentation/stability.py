"""Whether segments come back: in resamples, with other seeds, and without one of the features.

Sources: cluster-wise stability by the Jaccard coefficient over bootstrap resamples (Hennig 2007,
Computational Statistics and Data Analysis 52); adjusted Rand index (Hubert and Arabie 1985, Journal
of Classification 2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from sklearn.metrics import adjusted_rand_score

from coterie.segmentation.numerics import Labels, Matrix, even_rows

#: What fits an algorithm anew: points and a seed to labels, -1 = unassigned.
Refit = Callable[[Matrix, int], Labels]


def jaccard_by_cluster(reference: Labels, other: Labels, k: int) -> Matrix:
    """Best Jaccard coefficient of each reference cluster with any cluster of the other labelling.

    Parameters
    ----------
    reference
        Labels 0..k-1 of the same rows as `other`, -1 = unassigned.
    other
        Labels from 0, of any number, -1 = unassigned.
    k
        Number of reference clusters.

    Returns
    -------
    ndarray of shape (k,)
        Values 0..1, NaN for a reference cluster without rows.
    """
    found = max(int(other.max(initial=-1)) + 1, 1)
    sizes = np.bincount(reference[reference >= 0], minlength=k)
    others = np.bincount(other[other >= 0], minlength=found)
    both = (reference >= 0) & (other >= 0)
    together = np.zeros((k, found))
    np.add.at(together, (reference[both], other[both]), 1)
    either = sizes[:, None] + others[None, :] - together
    shares = np.divide(together, either, out=np.zeros_like(together), where=either > 0)
    best = shares.max(axis=1)
    best[sizes == 0] = np.nan
    return best


@dataclass
class Resampled:
    """What resamples said so far about the clusters of the whole sample.

    Attributes
    ----------
    jaccard
        One list a cluster, its best Jaccard in each resample that held some of its rows.
    rand
        Adjusted Rand index of each resample.
    """

    jaccard: list[list[float]]
    rand: list[float] = field(default_factory=list)

    @property
    def resamples(self) -> int:
        """Number of resamples."""
        return len(self.rand)

    @property
    def by_cluster(self) -> Matrix:
        """Mean Jaccard of each cluster, 0 for one that no resample held."""
        return np.array([float(np.mean(values)) if values else 0.0 for values in self.jaccard])

    @property
    def mean(self) -> float:
        """Mean over the clusters of their mean Jaccard."""
        return float(self.by_cluster.mean())

    @property
    def lowest(self) -> float:
        """Lowest of the clusters' mean Jaccards: the limit is for every segment."""
        return float(self.by_cluster.min())

    @property
    def mean_rand(self) -> float:
        """Mean adjusted Rand index over the resamples."""
        return float(np.mean(self.rand))

    def best_possible(self, resamples: int) -> float:
        """Lowest mean Jaccard if every resample still to come were perfect."""
        return min(
            (sum(values) + resamples - self.resamples)
            / max(len(values) + resamples - self.resamples, 1)
            for values in self.jaccard
        )


def resample(
    points: Matrix,
    labels: Labels,
    refit: Refit,
    *,
    rows: int,
    resamples: int,
    seed: int,
    keep_repeats: bool = True,
    limit: float | None = None,
    so_far: Resampled | None = None,
) -> Resampled:
    """Cluster bootstrap resamples and compare each with the clusters of the whole sample.

    A resample draws rows with replacement, is clustered afresh, and is compared on the rows it
    holds. The draws depend on nothing but the seed and the number of rows: every candidate sees
    the same resamples.

    Parameters
    ----------
    points
        (customers, components).
    labels
        Clusters of the whole sample, 0..k-1, -1 = unassigned.
    refit
        Fits the same algorithm anew.
    rows
        Rows drawn for a resample, at most (fewer when the sample is smaller).
    resamples
        Number of resamples.
    seed
        Seed of the draws; each refit gets another one.
    keep_repeats
        Whether a row that was drawn twice counts twice: not for an algorithm of density or of
        merging neighbours, to which equal rows are a group.
    limit
        Give up once some cluster's mean cannot reach it any more; None: never.
    so_far
        Earlier resamples of the same draws, to go on from.
    """
    count = int(labels.max(initial=-1)) + 1
    done = so_far or Resampled(jaccard=[[] for _ in range(count)])
    generator = np.random.default_rng([seed, rows])
    drawn_rows = min(len(points), rows)
    for number in range(resamples):
        drawn = np.sort(generator.integers(0, len(points), size=drawn_rows))
        if number < done.resamples:
            continue
        held, first = np.unique(drawn, return_index=True)
        if keep_repeats:
            found = refit(points[drawn], seed + 1 + number)[first]
        else:
            found = refit(points[held], seed + 1 + number)
        for values, value in zip(
            done.jaccard, jaccard_by_cluster(labels[held], found, count), strict=True
        ):
            if not np.isnan(value):
                values.append(float(value))
        done.rand.append(float(adjusted_rand_score(labels[held], found)))
        if limit is not None and done.best_possible(resamples) < limit:
            break
    return done


def rand_over_seeds(points: Matrix, refit: Refit, *, rows: int, seeds: int, seed: int) -> float:
    """Mean adjusted Rand index of fits that differ in their seed only.

    Parameters
    ----------
    points
        (customers, components); at most `rows` of them at even distances are used.
    refit
        Fits the same algorithm anew.
    rows, seeds, seed
        Rows at most, number of fits, first seed.
    """
    some = points[even_rows(len(points), rows)]
    found = [refit(some, seed + number) for number in range(seeds)]
    return float(np.mean([adjusted_rand_score(*pair) for pair in combinations(found, 2)]))


def without_each_feature(
    values: Matrix,
    labels: Labels,
    refit: Callable[[Matrix, int], Labels],
    *,
    names: Sequence[str],
) -> Iterator[tuple[float, str]]:
    """Give the adjusted Rand index of a refit without a feature, for each that varies.

    Parameters
    ----------
    values
        (customers, features), prepared.
    labels
        What all features gave for these rows.
    refit
        Takes the values and the position of the feature to do without.
    names
        Of the features.
    """
    varying = (values != values[:1]).any(axis=0)
    for position in np.flatnonzero(varying):
        yield adjusted_rand_score(labels, refit(values, int(position))), names[position]
