"""How good a labelling is: figures that compare candidates, none of which decides alone.

Sources: silhouette (Rousseeuw 1987, Journal of Computational and Applied Mathematics 20), Dunn's
index (Dunn 1974, Journal of Cybernetics 4), Davies-Bouldin (1979), Calinski-Harabasz (1974), gap
statistic (Tibshirani, Walther and Hastie 2001, Journal of the Royal Statistical Society B 63), the
knee of a curve (Satopaa et al. 2011), and the test of sphericity (Mauchly 1940, Annals of
Mathematical Statistics 11, with the factor of Box 1949, Biometrika 36).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from scipy.spatial.distance import cdist
from scipy.stats import chi2
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from coterie.segmentation.numerics import Labels, Matrix, even_rows

# A curve of fewer points has no knee.
ELBOW_POINTS_MIN = 3


def pairwise(points: Matrix) -> Matrix:
    """Distances between all pairs of rows: computed once for all labellings of the same points."""
    return cdist(points, points)


def silhouette(distances: Matrix, labels: Labels) -> float | None:
    """Mean silhouette from distances that are already there.

    Parameters
    ----------
    distances
        (rows, rows).
    labels
        (rows,), -1 is left out.

    Returns
    -------
    float or None
        -1..1; None for fewer than two groups, or as many as there are rows.
    """
    kept = labels >= 0
    if not kept.all():
        distances, labels = distances[np.ix_(kept, kept)], labels[kept]
    groups, own = np.unique(labels, return_inverse=True)
    if not 1 < len(groups) < len(labels):
        return None
    rows = np.arange(len(labels))
    member = np.zeros((len(labels), len(groups)))
    member[rows, own] = 1.0
    sizes = member.sum(axis=0)
    sums = distances @ member
    inside = sums[rows, own] / np.maximum(sizes[own] - 1, 1)
    sums /= sizes
    sums[rows, own] = np.inf
    outside = sums.min(axis=1)
    widest = np.maximum(inside, outside)
    # A row alone in its group, and one that lies on two groups at once, count as 0.
    counted = (sizes[own] > 1) & (widest > 0)
    return float(np.where(counted, (outside - inside) / np.where(widest > 0, widest, 1), 0).mean())


def dunn(distances: Matrix, labels: Labels) -> float | None:
    """Smallest distance between two groups as a share of the widest group.

    Parameters
    ----------
    distances
        (rows, rows). One row far out decides: compare candidates on the same rows only.
    labels
        (rows,), -1 is left out.

    Returns
    -------
    float or None
        0 and more; None for fewer than two groups, or groups without any width.
    """
    members = [np.flatnonzero(labels == group) for group in np.unique(labels[labels >= 0])]
    between, widest = np.inf, 0.0
    for position, group in enumerate(members):
        own = distances[group]
        widest = max(widest, float(own[:, group].max()))
        for other in members[position + 1 :]:
            between = min(between, float(own[:, other].min()))
    return between / widest if np.isfinite(between) and widest > 0 else None


def davies_bouldin(points: Matrix, labels: Labels) -> float | None:
    """Davies-Bouldin index, lower is better; None where it has no meaning (see silhouette)."""
    kept = labels >= 0
    if not 1 < len(np.unique(labels[kept])) < kept.sum():
        return None
    return float(davies_bouldin_score(points[kept], labels[kept]))


def calinski_harabasz(points: Matrix, labels: Labels) -> float | None:
    """Calinski-Harabasz index, higher is better; None where it has no meaning (see silhouette)."""
    kept = labels >= 0
    if not 1 < len(np.unique(labels[kept])) < kept.sum():
        return None
    return float(calinski_harabasz_score(points[kept], labels[kept]))


def inertia(points: Matrix, labels: Labels) -> float:
    """Sum of the squared distances to the mean of the own group; unassigned rows count nowhere."""
    total = 0.0
    for group in np.unique(labels[labels >= 0]):
        own = points[labels == group]
        total += float(((own - own.mean(axis=0)) ** 2).sum())
    return total


def elbow(inertias: Mapping[int, float]) -> int | None:
    """Find the k at which the curve of the inertia bends.

    The point farthest below the straight line between the ends, both axes laid on 0..1.

    Parameters
    ----------
    inertias
        Inertia by k.

    Returns
    -------
    int or None
        None for fewer than three k, and where the inertia does not fall.
    """
    ks = sorted(inertias)
    values = np.array([inertias[k] for k in ks])
    if len(ks) < ELBOW_POINTS_MIN or values[0] <= values[-1]:
        return None
    across = (np.array(ks) - ks[0]) / (ks[-1] - ks[0])
    down = (values - values[-1]) / (values[0] - values[-1])
    return ks[int((1 - across - down).argmax())]


def log_dispersion(points: Matrix, labels: Labels) -> float:
    """Logarithm of the inertia, the W of the gap statistic; kept finite for equal rows."""
    return float(np.log(max(inertia(points, labels), np.finfo(float).tiny)))


def gap_statistic(
    points: Matrix,
    ks: Iterable[int],
    fit: Callable[[Matrix, Iterable[int]], Iterable[tuple[int, Labels]]],
    *,
    rows: int,
    draws: int,
    seed: int,
) -> dict[int, tuple[float, float]]:
    """Gap statistic of each k and its standard error.

    How much smaller the logarithm of the inertia is than on points without groups: uniform ones in
    the box around the points, laid along their principal axes.

    Parameters
    ----------
    points
        (customers, components); at most `rows` of them at even distances are used, and as many are
        drawn.
    ks
        Numbers of groups, from 2; one group is always looked at too.
    fit
        Gives labels for each k, fitted anew on the points it is handed.
    rows, draws, seed
        Size and number of the samples without groups, and the seed they are drawn with.

    Returns
    -------
    dict
        Gap and standard error by k, where the error holds the factor sqrt(1 + 1 / draws).
    """
    points = points[even_rows(len(points), rows)]
    together = np.zeros(len(points), dtype=np.int64)
    found = {1: log_dispersion(points, together)}
    found |= {k: log_dispersion(points, labels) for k, labels in fit(points, ks)}
    centre = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - centre, full_matrices=False)
    turned = (points - centre) @ axes.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    generator = np.random.default_rng([seed, draws])
    drawn: dict[int, list[float]] = {k: [] for k in found}
    for _ in range(draws):
        uniform = generator.uniform(low, high, turned.shape) @ axes + centre
        drawn[1].append(log_dispersion(uniform, together))
        for k, labels in fit(uniform, [k for k in found if k > 1]):
            drawn[k].append(log_dispersion(uniform, labels))
    return {
        k: (
            float(np.mean(drawn[k]) - found[k]),
            float(np.std(drawn[k]) * np.sqrt(1 + 1 / draws)),
        )
        for k in found
    }


def gap_prefers(gaps: Mapping[int, tuple[float, float]]) -> int | None:
    """Smallest k whose gap is within one error of that of the next k; None where none is.

    One group only if it holds against every k: of five groups far apart, halves are no better than
    the whole, and five are.

    Parameters
    ----------
    gaps
        Gap and error by k.
    """
    for k in sorted(gaps):
        rivals = [k + 1] if k > 1 else [other for other in gaps if other > 1]
        if k + 1 in gaps and all(gaps[k][0] >= gaps[r][0] - gaps[r][1] for r in rivals):
            return k
    return None


def sphericity(values: Matrix) -> float:
    """Chance that a cloud alike in all directions gives a sample as uneven as this one.

    Mauchly's test: whether the covariance is a multiple of the identity. Where it is, k-means can
    turn its segments in any direction at no cost, and the resamples of one sample agree only in
    what chance put into it.

    Parameters
    ----------
    values
        (customers, features); features that are the same for all are left out.

    Returns
    -------
    float
        0..1; 0 for fewer than two features that vary (a line has one direction), and where one
        follows from the others.
    """
    values = values[:, (values != values[:1]).any(axis=0)]
    rows, features = values.shape
    if features < 2:  # noqa: PLR2004
        return 0.0
    covariance = np.cov(values, rowvar=False)
    sign, logarithm = np.linalg.slogdet(covariance / (np.trace(covariance) / features))
    if sign <= 0:
        return 0.0
    factor = rows - 1 - (2 * features**2 + features + 2) / (6 * features)
    freedom = features * (features + 1) // 2 - 1
    return float(chi2.sf(-factor * logarithm, freedom))


def gaussian_null(values: Matrix, *, rows: int, draws: int, seed: int) -> Iterable[Matrix]:
    """Draw samples of one Gaussian cloud with the mean and the covariance of the values.

    Parameters
    ----------
    values
        (customers, features), prepared.
    rows
        Rows of each sample.
    draws
        Number of samples.
    seed
        Seed of the draws: the same samples for every candidate.
    """
    centre = values.mean(axis=0)
    # From the spectrum, for a covariance can lack directions (features that say the same).
    spread, axes = np.linalg.eigh(np.atleast_2d(np.cov(values, rowvar=False)))
    root = axes * np.sqrt(np.maximum(spread, 0.0))
    generator = np.random.default_rng([seed, rows])
    for _ in range(draws):
        yield centre + generator.normal(size=(rows, len(centre))) @ root.T
