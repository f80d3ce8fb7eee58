"""Algorithms that find groups of points; what each of them leaves is a Clustering.

All are deterministic for rows in a fixed order: shuffled rows can give another answer even with a
fixed seed. Bounds on the rows keep a training round within minutes; the caller takes the rows
(`even_rows`) and the labels are those of the rows it took.

Sources: k-means++ (Arthur and Vassilvitskii 2007); bisecting k-means (Steinbach, Karypis and Kumar
2000); linkages by the Lance-Williams recurrence (Müllner 2011, arXiv:1109.2378); DBSCAN (Ester et
al. 1996) with its radius at the knee of the sorted distances (Satopaa et al. 2011, Kneedle);
HDBSCAN (Campello, Moulavi and Sander 2013); Gaussian mixture by expectation-maximisation;
mini-batch k-means (Sculley 2010).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import linkage
from sklearn.cluster import DBSCAN, HDBSCAN, BisectingKMeans, KMeans, MiniBatchKMeans
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import NearestNeighbors

from coterie.segmentation.numerics import Labels, Matrix

LINKAGES = ("ward", "average", "complete", "centroid")

# Labels of points that belong to no group.
UNASSIGNED = -1
# Smallest variance of a mixture's component, in the points' unit (prepared features have variance
# about 1): without a floor a component shrinks onto customers who are all the same.
MIXTURE_VARIANCE_MIN = 1e-3
# Starts of a mixture: each is placed by a k-means of its own, so that few are needed.
MIXTURE_INITIALISATIONS = 3
# Neighbours that make a point dense in HDBSCAN: more smooth the density and leave more noise.
HDBSCAN_NEIGHBOURS = 10
# Rows of one step of the online k-means.
ONLINE_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Clustering:
    """Groups of points.

    Attributes
    ----------
    labels
        (customers,): the group of each point, 0..k-1, every group with points; -1 = unassigned.
    centres
        (k, components) where the nearest centre, or the best component, is the algorithm's own
        rule of assignment; None where no such rule exists.
    precisions
        (k, components), inverse variances of a mixture's components; None otherwise.
    weights
        (k,), shares of a mixture's components; None otherwise.
    predict
        The library's own labels for other points; None where the library gives none.
    inertia
        Sum of squared distances to the nearest centre, for k-means.
    likelihood
        Mean log-likelihood of a point, for a mixture.
    is_density
        Whether points may stay unassigned.
    """

    labels: Labels
    centres: Matrix | None = None
    precisions: Matrix | None = None
    weights: Matrix | None = None
    predict: Callable[[Matrix], Labels] | None = None
    inertia: float | None = None
    likelihood: float | None = None
    is_density: bool = False

    @property
    def k(self) -> int:
        """Number of groups."""
        return int(self.labels.max(initial=UNASSIGNED)) + 1


@dataclass(frozen=True)
class Algorithm:
    """What the choice of candidates knows about an algorithm.

    Attributes
    ----------
    name
        As stored in the column `algorithm`.
    rows_max
        Rows it is fitted on at most: k-means 20,000 take a second; Ward at 20,000 takes 34 s and
        3.2 GB, for all pairs of rows are held.
    finds_k
        Whether it finds the number of groups itself.
    needs_start
        Whether it can only go on from given centres.
    draws
        Whether its starts are drawn: other seeds can give other groups.
    """

    name: str
    rows_max: int
    finds_k: bool = False
    needs_start: bool = False
    draws: bool = True


ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("kmeans", 20_000),
        Algorithm("bisecting", 20_000),
        *(Algorithm(method, 5_000, draws=False) for method in LINKAGES),
        Algorithm("dbscan", 10_000, finds_k=True, draws=False),
        Algorithm("hdbscan", 10_000, finds_k=True, draws=False),
        Algorithm("gaussian_mixture", 20_000),
        Algorithm("online_kmeans", 20_000, needs_start=True),
    )
}


def fit_clustering(
    name: str,
    points: Matrix,
    k: int | None,
    *,
    seed: int,
    initialisations: int = 10,
    share_min: float = 0.02,
    start: Matrix | None = None,
) -> Clustering:
    """Fit one algorithm for one k.

    Parameters
    ----------
    name
        A key of ALGORITHMS.
    points
        (customers, components), at most `rows_max` of the algorithm, ordered by customer_id.
    k
        Number of groups; None for an algorithm that finds it itself.
    seed
        Seed of the starts; linkages and density methods draw nothing.
    initialisations
        k-means++ starts.
    share_min
        Smallest share of the points that HDBSCAN calls a group, 0..1.
    start
        (k, components): the centres online k-means goes on from; k-means and a mixture start from
        them alone where they are given.

    Raises
    ------
    ValueError
        If the name is unknown, or k or start is missing or given without use.
    """
    if name not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {name}: use {', '.join(ALGORITHMS)}")
    if ALGORITHMS[name].finds_k:
        if k is not None:
            raise ValueError(f"{name} finds the number of groups itself, got k {k}")
        smallest = max(5, int(np.ceil(share_min * len(points))))
        return dbscan(points) if name == "dbscan" else hdbscan(points, smallest=smallest)
    if k is None or not 0 < k <= len(points):
        raise ValueError(f"{name} needs k from 1 to the {len(points)} points, got {k}")
    if name == "online_kmeans":
        if start is None or len(start) != k:
            raise ValueError(f"online_kmeans needs the {k} centres to go on from")
        return online_kmeans(points, start=start)
    if name == "kmeans":
        return kmeans(points, k, seed=seed, initialisations=initialisations, start=start)
    if name == "gaussian_mixture":
        return gaussian_mixture(points, k, seed=seed, start=start)
    if start is not None:
        raise ValueError(f"{name} does not start from given centres")
    if name == "bisecting":
        return bisecting(points, k, seed=seed, initialisations=initialisations)
    return cut_tree(linkage_tree(points, name), k)


def fit_each_k(
    name: str, points: Matrix, ks: Iterable[int], *, seed: int, initialisations: int = 10
) -> Iterator[tuple[int, Clustering]]:
    """Fit one algorithm for each k; a linkage builds its tree once and cuts it for each.

    Parameters
    ----------
    name
        A key of ALGORITHMS that takes k and no start.
    points, seed, initialisations
        See fit_clustering.
    ks
        Numbers of groups.
    """
    tree = linkage_tree(points, name) if name in LINKAGES else None
    for k in ks:
        if tree is not None:
            yield k, cut_tree(tree, k)
        else:
            yield (
                k,
                fit_clustering(name, points, k, seed=seed, initialisations=initialisations),
            )


def kmeans(
    points: Matrix, k: int, *, seed: int, initialisations: int = 10, start: Matrix | None = None
) -> Clustering:
    """k-means with k-means++ starts, or from one given start (k, components)."""
    model = _fitted_kmeans(points, k, seed=seed, initialisations=initialisations, start=start)
    return _clustering(
        model.labels_,
        centres=model.cluster_centers_,
        predict=model.predict,
        inertia=float(model.inertia_),
    )


def _fitted_kmeans(
    points: Matrix, k: int, *, seed: int, initialisations: int, start: Matrix | None = None
) -> KMeans:
    with warnings.catch_warnings():
        # A resample may hold fewer distinct points than k: the Jaccard of an empty cluster says so.
        warnings.simplefilter("ignore")
        return KMeans(
            n_clusters=k,
            init="k-means++" if start is None else start,
            n_init=initialisations if start is None else 1,
            random_state=seed,
        ).fit(points)


def fit_kmeans(
    points: Matrix, k: int, *, initialisations: int, seed: int
) -> tuple[Matrix, Labels, float]:
    """k-means with k-means++ starts, labels as the library numbers them.

    Returns
    -------
    tuple
        Centres (k, components), labels (customers,) and inertia. A group can be empty where fewer
        than k points are distinct.
    """
    model = _fitted_kmeans(points, k, seed=seed, initialisations=initialisations)
    return model.cluster_centers_, model.labels_.astype(np.int64), float(model.inertia_)


def bisecting(points: Matrix, k: int, *, seed: int, initialisations: int = 10) -> Clustering:
    """Divisive k-means: the group of the largest inertia is halved until there are k.

    The library assigns by the tree of halves, which is not always the nearest centre: the
    clustering has no centres, its prototypes are made of the labels.
    """
    model = BisectingKMeans(
        n_clusters=k,
        init="k-means++",
        n_init=initialisations,
        random_state=seed,
        bisecting_strategy="biggest_inertia",
    ).fit(points)
    return _clustering(model.labels_, predict=model.predict, inertia=float(model.inertia_))


def linkage_tree(points: Matrix, method: str) -> Matrix:
    """Merge point after point, the nearest groups first.

    Parameters
    ----------
    points
        (customers, components), at most about 5,000: all pairs are held.
    method
        ward, average, complete or centroid, on Euclidean distances.

    Returns
    -------
    ndarray of shape (customers - 1, 4)
        One merge a row, in the order they were made: two nodes, height, points below
        (scipy.cluster.hierarchy.linkage). Heights of the centroid method can fall.
    """
    return linkage(points, method=method, metric="euclidean")


def cut_tree(tree: Matrix, k: int) -> Clustering:
    """Undo the last k - 1 merges: k groups, also where heights fall.

    Parameters
    ----------
    tree
        (customers - 1, 4), see linkage_tree.
    k
        Number of groups, at most one a customer.
    """
    count = len(tree) + 1
    parents = np.arange(2 * count - 1)
    for merge in range(count - k):
        parents[tree[merge, :2].astype(np.int64)] = count + merge
    # A node stands before its parent, so that one pass from the last node finds every root.
    for node in range(len(parents) - 1, -1, -1):
        parents[node] = parents[parents[node]]
    return _clustering(_by_first_row(parents[:count]))


def dbscan(
    points: Matrix, *, neighbours: int | None = None, radius: float | None = None
) -> Clustering:
    """Find groups of dense points and what is within reach of them; the rest is noise.

    Parameters
    ----------
    points
        (customers, components), at most about 10,000.
    neighbours
        Points within the radius, itself included, that make a point dense; by default twice the
        components (Sander et al. 1998), at least 5.
    radius
        By default the knee of the sorted distances to the last of the neighbours.
    """
    if neighbours is None:
        neighbours = min(max(5, 2 * points.shape[1]), len(points))
    if radius is None:
        radius = knee_radius(points, neighbours)
    labels = DBSCAN(eps=radius, min_samples=neighbours).fit(points).labels_
    return _clustering(labels, is_density=True)


def knee_radius(points: Matrix, neighbours: int) -> float:
    """Distance to the nth neighbour at which the sorted curve of all points turns upwards.

    The point of the curve farthest below the straight line between its ends, both axes laid on
    0..1 (Satopaa et al. 2011).

    Parameters
    ----------
    points
        (customers, components).
    neighbours
        n, the point itself included.

    Returns
    -------
    float
        Above 0: the smallest positive distance where the knee lies at 0.
    """
    found, _ = NearestNeighbors(n_neighbors=neighbours).fit(points).kneighbors(points)
    curve = np.sort(found[:, -1])
    rise = curve[-1] - curve[0]
    if rise > 0:
        below = np.linspace(0, 1, len(curve)) - (curve - curve[0]) / rise
        radius = curve[int(below.argmax())]
    else:
        radius = curve[0]
    if radius > 0:
        return float(radius)
    return float(curve[curve > 0].min(initial=1.0))


def hdbscan(points: Matrix, *, smallest: int) -> Clustering:
    """Find groups that persist over a range of densities; the rest is noise.

    Parameters
    ----------
    points
        (customers, components), at most about 10,000.
    smallest
        Points of the smallest group, at least 2.
    """
    model = HDBSCAN(
        min_cluster_size=smallest,
        min_samples=min(HDBSCAN_NEIGHBOURS, smallest, len(points)),
        copy=True,
    ).fit(points)
    return _clustering(model.labels_, is_density=True)


def gaussian_mixture(
    points: Matrix, k: int, *, seed: int, start: Matrix | None = None
) -> Clustering:
    """Gaussian components with diagonal covariances; a point is of the likeliest one.

    Parameters
    ----------
    points
        (customers, components).
    k, seed
        Components, and the seed of their starts.
    start
        (k, components), means to start from alone, each with the variances of the points nearest
        to it.
    """
    given = {} if start is None else _mixture_around(points, start)
    with warnings.catch_warnings():
        # A mixture that has not settled is still a mixture: its figures say what it is worth.
        warnings.simplefilter("ignore")
        model = GaussianMixture(
            k,
            covariance_type="diag",
            reg_covar=MIXTURE_VARIANCE_MIN,
            n_init=MIXTURE_INITIALISATIONS if start is None else 1,
            max_iter=200,
            init_params="kmeans",
            random_state=seed,
            **given,
        ).fit(points)
    return _clustering(
        model.predict(points),
        centres=model.means_,
        precisions=model.precisions_,
        weights=model.weights_,
        predict=model.predict,
        likelihood=float(model.lower_bound_),
    )


def _mixture_around(points: Matrix, means: Matrix) -> dict[str, Matrix]:
    """Weights and precisions of the points nearest to each mean; all points where it has few."""
    nearest = ((points[:, None, :] - means[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    held = [points[nearest == group] for group in range(len(means))]
    variances = np.array([(rows if len(rows) > 1 else points).var(axis=0) for rows in held])
    counts = np.array([len(rows) + 1 for rows in held])
    return {
        "weights_init": counts / counts.sum(),
        "means_init": means,
        "precisions_init": 1 / (variances + MIXTURE_VARIANCE_MIN),
    }


def online_kmeans(points: Matrix, *, start: Matrix) -> Clustering:
    """Mini-batch k-means that goes on from given centres and reads each row once, in order.

    No centre is ever placed anew: a segment stays the one it was, moved towards the customers of
    today.

    Parameters
    ----------
    points
        (customers, components).
    start
        (k, components).
    """
    model = MiniBatchKMeans(
        n_clusters=len(start), init=start, n_init=1, reassignment_ratio=0.0, random_state=0
    )
    for first in range(0, len(points), ONLINE_ROWS):
        model.partial_fit(points[first : first + ONLINE_ROWS])
    labels = model.predict(points)
    inertia = float(((points - model.cluster_centers_[labels]) ** 2).sum())
    return _clustering(
        labels, centres=model.cluster_centers_, predict=model.predict, inertia=inertia
    )


def _by_first_row(labels: Labels) -> Labels:
    """Give groups numbers by their first row, whatever they were called."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _clustering(
    labels: Labels,
    *,
    centres: Matrix | None = None,
    precisions: Matrix | None = None,
    weights: Matrix | None = None,
    predict: Callable[[Matrix], Labels] | None = None,
    inertia: float | None = None,
    likelihood: float | None = None,
    is_density: bool = False,
) -> Clustering:
    """Leave out groups without points: 0..k-1 again, in the labels and in all that goes with them.

    What the library predicts as a group that is left out is unassigned.
    """
    held = np.unique(labels[labels >= 0])
    # The last place is where -1 points to.
    numbers = np.full(int(held.max(initial=UNASSIGNED)) + 2, UNASSIGNED, dtype=np.int64)
    numbers[held] = np.arange(len(held))

    def renumber(found: Labels) -> Labels:
        known = np.where(found < len(numbers) - 1, found, UNASSIGNED)
        return numbers[known]

    return Clustering(
        labels=renumber(labels),
        centres=None if centres is None else centres[held],
        precisions=None if precisions is None else precisions[held],
        weights=None if weights is None else weights[held],
        predict=None if predict is None else lambda others: renumber(predict(others)),
        inertia=inertia,
        likelihood=likelihood,
        is_density=is_density,
    )
