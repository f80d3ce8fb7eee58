"""Prototypes: the rows by which SQL assigns customers, made from what an algorithm found.

A customer gets the segment of the nearest prototype within whose radius it lies. The prototypes of
a Gaussian mixture have a precision and an offset: the score

    sum_i precision_i (x_i - v_i)^2 - offset,    offset = 2 log weight + sum_i log precision_i

is minus twice the logarithm of weight times density, but for a constant that all share, so that
the smallest score is the likeliest component. Everything stored has 12 significant digits before
it is judged.

One centre a segment is all of k-means, but not of the others: their segments are not the cells of
their centres. They get several prototypes a segment, as many as the agreement with the algorithm's
own labels asks for, moved so that the border between two segments lies where the labels change.

Source: generalised learning vector quantisation (Sato and Yamada 1995, Advances in Neural
Information Processing Systems 8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans

from coterie.segmentation.algorithms import UNASSIGNED, Clustering
from coterie.segmentation.numerics import Labels, Mask, Matrix, even_rows, round_significant

# Every fifth row is held out.
HELD_OUT_EVERY = 5
# k-means++ starts inside a segment: prototypes need to cover it, not to be the best.
COVER_INITIALISATIONS = 3
# Refinement of the borders: rows it looks at, steps, length of the first step as a share of the
# mean pull, and how sharply a point on the border counts for more than others in the first and the
# last step. Twice the steps, or half the sharpness, moved the agreement by less than 0.005.
REFINE_ROWS = 5000
REFINE_STEPS = 60
REFINE_RATE = 0.3
REFINE_SHARPNESS = (10.0, 100.0)


@dataclass(frozen=True, eq=False)
class Prototype:
    """A point that stands for a segment, or for a part of it.

    Attributes
    ----------
    segment
        Position of the segment, from 0.
    vector
        (components,).
    radius
        Distance beyond which it attracts nobody; None without limit.
    precision
        (components,), inverse variances of a mixture's component; None for a distance.
    offset
        Subtracted from the squares that precision weighs; None for a distance.
    """

    segment: int
    vector: Matrix
    radius: float | None = None
    precision: Matrix | None = None
    offset: float | None = None

    def __post_init__(self) -> None:
        """Refuse what SQL has no rule for."""
        if (self.precision is None) != (self.offset is None):
            raise ValueError("a precision goes with an offset")
        if self.precision is not None and self.radius is not None:
            raise ValueError("a prototype has a radius or a precision, not both")


@dataclass(frozen=True, eq=False)
class Representation:
    """Prototypes of a clustering and how well they give its labels.

    Attributes
    ----------
    prototypes
        In the order of segment and number within the segment.
    agreement
        Share of the held-out rows that get the label the library gives them, 0..1.
    per_segment
        Prototypes a segment may have had, 1 where one is enough.
    """

    prototypes: tuple[Prototype, ...]
    agreement: float
    per_segment: int


def nearest(points: Matrix, prototypes: Matrix) -> Labels:
    """Index of the nearest prototype for each point; the first of equally near ones."""
    squared = ((points[:, None, :] - prototypes[None, :, :]) ** 2).sum(axis=2)
    return squared.argmin(axis=1).astype(np.int64)


def in_order(prototypes: Sequence[Prototype]) -> tuple[Prototype, ...]:
    """Sort by segment; within a segment the order is kept, it is the prototype's number."""
    return tuple(sorted(prototypes, key=lambda prototype: prototype.segment))


def scores(points: Matrix, prototypes: Sequence[Prototype]) -> Matrix:
    """Score of each point with each prototype: the smallest wins, infinite = out of reach.

    Parameters
    ----------
    points
        (customers, components).
    prototypes
        With a precision each, or none of them.

    Returns
    -------
    ndarray of shape (customers, prototypes)
        Euclidean distance, or the mixture's score, which can be negative.

    Raises
    ------
    ValueError
        If distances and a mixture's scores would have to be compared.
    """
    mixtures = sum(prototype.precision is not None for prototype in prototypes)
    if mixtures not in (0, len(prototypes)):
        raise ValueError("prototypes with and without a precision cannot be compared")
    if mixtures:
        return np.column_stack(
            [
                ((points - prototype.vector) ** 2 * prototype.precision).sum(axis=1)
                - prototype.offset
                for prototype in prototypes
            ]
        )
    distances = cdist(points, np.array([prototype.vector for prototype in prototypes]))
    radii = np.array([np.inf if p.radius is None else p.radius for p in prototypes])
    return np.where(distances <= radii, distances, np.inf)


def assign(points: Matrix, prototypes: Sequence[Prototype]) -> Labels:
    """Give each point its segment as SQL does.

    Equal scores go to the first prototype in the order of segment and number.

    Parameters
    ----------
    points
        (customers, components).
    prototypes
        In any order of their segments.

    Returns
    -------
    ndarray of shape (customers,)
        Segment positions, -1 outside every radius and where there is no prototype.
    """
    if not prototypes:
        return np.full(len(points), UNASSIGNED, dtype=np.int64)
    ordered = in_order(prototypes)
    found = scores(points, ordered)
    best = found.argmin(axis=1)
    segments = np.array([prototype.segment for prototype in ordered], dtype=np.int64)
    reached = np.isfinite(found[np.arange(len(points)), best])
    return np.where(reached, segments[best], UNASSIGNED)


def held_out(count: int) -> Mask:
    """Rows on which agreement is measured: every fifth one, in the order of customer_id."""
    return np.arange(count) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1


def represent(
    points: Matrix,
    clustering: Clustering,
    *,
    refit: Callable[[Matrix], Clustering],
    agreement_min: float = 0.97,
    prototypes_max: int = 32,
    seed: int = 42,
) -> Representation:
    """Make prototypes of a clustering, as few as agree with the library on held-out rows.

    Where the library can label other points, it is fitted on the rows that are not held out and
    predicts those that are. Where it cannot (linkages, density methods), its labels of all rows are
    known, and the prototypes are made of those of the rows that are not held out. The number of
    prototypes a segment is doubled until the agreement is high enough, or the cap is reached: then
    the number that agreed best is taken. The prototypes returned are made of all rows, with that
    number. It is chosen on the rows it is measured on; with so few numbers tried on a fifth of the
    sample, that flatters the figure by less than its own error.

    Parameters
    ----------
    points
        (customers, components), the rows the clustering was fitted on.
    clustering
        What an algorithm found on them.
    refit
        The same algorithm with the same settings; called only where the library can predict.
    agreement_min
        Agreement at which no more prototypes are tried, 0..1.
    prototypes_max
        Cap of the prototypes a segment.
    seed
        Seed of the k-means inside the segments.
    """
    if not clustering.k:
        return Representation((), 1.0, 0)
    held = held_out(len(points))
    known = replace(clustering, labels=clustering.labels[~held])
    expected = clustering.labels[held]
    if clustering.predict is not None:
        known = refit(points[~held])
        expected = known.predict(points[held])
    best, number = -1.0, 1
    for tried in _doubled(1 if clustering.centres is not None else prototypes_max):
        made = prototypes_of(points[~held], known, per_segment=tried, seed=seed)
        agreed = float((assign(points[held], made) == expected).mean()) if held.any() else 0.0
        if agreed > best:
            best, number = agreed, tried
        if agreed >= agreement_min:
            break
    return Representation(
        prototypes_of(points, clustering, per_segment=number, seed=seed), best, number
    )


def prototypes_of(
    points: Matrix, clustering: Clustering, *, per_segment: int = 1, seed: int = 42
) -> tuple[Prototype, ...]:
    """Prototypes of a clustering, its group 0 the segment 0, and so on.

    Parameters
    ----------
    points
        (customers, components), the rows that the labels belong to.
    clustering
        With centres: one prototype each, whatever `per_segment` says.
    per_segment
        Prototypes a segment at most.
    seed
        Seed of the k-means inside the segments.
    """
    if clustering.precisions is not None:
        return mixture_prototypes(clustering.centres, clustering.precisions, clustering.weights)
    if clustering.centres is not None:
        return centre_prototypes(round_significant(clustering.centres))
    made = covering_prototypes(points, clustering.labels, per_segment=per_segment, seed=seed)
    if clustering.is_density:
        # Not moved: what matters is the way to the noise, and that is shortest from the middle.
        return with_radii(points, clustering.labels, made)
    return refined_prototypes(points, clustering.labels, made)


def centre_prototypes(centres: Matrix) -> tuple[Prototype, ...]:
    """One prototype a segment, without limit: centres (k, components), already rounded."""
    return tuple(Prototype(segment, vector) for segment, vector in enumerate(centres))


def mixture_prototypes(means: Matrix, precisions: Matrix, weights: Matrix) -> tuple[Prototype, ...]:
    """One prototype a component of a Gaussian mixture with diagonal covariances.

    Parameters
    ----------
    means, precisions
        (k, components).
    weights
        (k,), above 0.
    """
    offsets = round_significant(2 * np.log(weights) + np.log(precisions).sum(axis=1))
    return tuple(
        Prototype(segment, mean, precision=precision, offset=float(offset))
        for segment, (mean, precision, offset) in enumerate(
            zip(round_significant(means), round_significant(precisions), offsets, strict=True)
        )
    )


def covering_prototypes(
    points: Matrix, labels: Labels, *, per_segment: int, seed: int
) -> tuple[Prototype, ...]:
    """Spread prototypes over each segment: the centres of a k-means inside it.

    Parameters
    ----------
    points
        (customers, components).
    labels
        (customers,), -1 is left out.
    per_segment
        Prototypes a segment; fewer where fewer of its points are distinct.
    seed
        Seed of the k-means.
    """
    made = []
    for segment in np.unique(labels[labels >= 0]):
        own = points[labels == segment]
        count = min(per_segment, len(np.unique(own, axis=0)))
        if count == 1:
            centres = own.mean(axis=0, keepdims=True)
        else:
            model = KMeans(n_clusters=count, n_init=COVER_INITIALISATIONS, random_state=seed)
            centres = model.fit(own).cluster_centers_
        made += [Prototype(int(segment), vector) for vector in round_significant(centres)]
    return tuple(made)


def refined_prototypes(
    points: Matrix, labels: Labels, prototypes: Sequence[Prototype]
) -> tuple[Prototype, ...]:
    """Move prototypes so that more points are nearest to one of their own segment.

    Each point pulls the nearest prototype of its own segment and pushes the nearest of another,
    the more so the nearer it is to the border between the two. The steps take all points at once
    and get shorter to nothing. What was there before is kept if it gave more of the labels.

    Parameters
    ----------
    points
        (customers, components); at most REFINE_ROWS of those assigned, at even distances, are used.
    labels
        (customers,), -1 is left out.
    prototypes
        By distance, without radius.
    """
    if len({prototype.segment for prototype in prototypes}) < 2:  # noqa: PLR2004
        return tuple(prototypes)
    assigned = np.flatnonzero(labels >= 0)
    assigned = assigned[even_rows(len(assigned), REFINE_ROWS)]
    points, labels = points[assigned], labels[assigned]
    segments = np.array([prototype.segment for prototype in prototypes])
    vectors = np.array([prototype.vector for prototype in prototypes])
    is_own = segments == labels[:, None]
    for step in range(REFINE_STEPS):
        done = step / REFINE_STEPS
        first, last = REFINE_SHARPNESS
        pull, weight = _pulls(points, vectors, is_own, sharpness=first * (last / first) ** done)
        # A prototype hardly any point looks at would else run away in few steps.
        weight = np.maximum(weight, 0.1 * weight.mean())
        if not (weight > 0).all():
            break
        vectors = vectors + REFINE_RATE * (1 - done) * pull / weight[:, None]
    moved = tuple(
        replace(prototype, vector=vector)
        for prototype, vector in zip(prototypes, round_significant(vectors), strict=True)
    )
    before, after = ((assign(points, made) == labels).mean() for made in (prototypes, moved))
    return moved if after > before else tuple(prototypes)


def _pulls(
    points: Matrix, vectors: Matrix, is_own: Mask, *, sharpness: float
) -> tuple[Matrix, Matrix]:
    """Sum of the pulls on each prototype and of their weights (Sato and Yamada 1995).

    The gradient of a sigmoid of (own - other) / (own + other), own and other being a point's
    squared distances to the nearest prototype of its segment and of another.

    Returns
    -------
    tuple
        (prototypes, components) and (prototypes,).
    """
    rows = np.arange(len(points))
    squares = cdist(points, vectors, "sqeuclidean")
    own = np.where(is_own, squares, np.inf).argmin(axis=1)
    other = np.where(is_own, np.inf, squares).argmin(axis=1)
    near, far = squares[rows, own], squares[rows, other]
    # The floor: a point that lies on both prototypes does not outweigh all others.
    both = np.maximum(near + far, max(1e-9 * (near + far).mean(), 1e-150))
    slope = 1 / (1 + np.exp(-sharpness * (near - far) / both))
    slope *= 1 - slope
    towards, away = slope * far / both**2, slope * near / both**2
    pull, weight = np.zeros_like(vectors), np.zeros(len(vectors))
    np.add.at(pull, own, towards[:, None] * (points - vectors[own]))
    np.add.at(pull, other, -away[:, None] * (points - vectors[other]))
    np.add.at(weight, own, towards)
    np.add.at(weight, other, away)
    return pull, weight


def with_radii(
    points: Matrix, labels: Labels, prototypes: Sequence[Prototype]
) -> tuple[Prototype, ...]:
    """Give each prototype the radius that tells its segment's points from the noise best.

    Of the points nearest to a prototype, those of its own segment should lie within the radius and
    the unassigned outside: the radius is taken that puts the most on their side, half-way to the
    first point outside. Where there is none, it reaches the farthest point inside.

    Parameters
    ----------
    points
        (customers, components).
    labels
        (customers,), -1 = unassigned.
    prototypes
        Without precision; what radius they had is forgotten.
    """
    distances = cdist(points, np.array([prototype.vector for prototype in prototypes]))
    closest = distances.argmin(axis=1)
    made = []
    for number, prototype in enumerate(prototypes):
        near = np.flatnonzero(closest == number)
        near = near[np.argsort(distances[near, number], kind="stable")]
        reach = np.concatenate([[0.0], distances[near, number]])
        gain = (labels[near] == prototype.segment).astype(int) - (labels[near] == UNASSIGNED)
        # The widest of equally good radii: customers of tomorrow are spread like those of today.
        totals = np.concatenate([[0], np.cumsum(gain)])
        last = len(totals) - 1 - int(totals[::-1].argmax())
        if last + 1 < len(reach):
            radius = (reach[last] + reach[last + 1]) / 2
        else:
            # A hair wider, so that rounding cannot leave the farthest point outside.
            radius = reach[last] * (1 + 1e-9)
        made.append(replace(prototype, radius=float(round_significant(np.array([radius]))[0])))
    return tuple(made)


def order_segments(centres: Matrix, labels: Labels, order_values: Matrix) -> Labels:
    """Order of the clusters: falling mean of the order value, then the centre's coordinates.

    Parameters
    ----------
    centres
        (k, components).
    labels
        (customers,), every cluster has customers.
    order_values
        (customers,), missing values count as 0.

    Returns
    -------
    ndarray of shape (k,)
        The cluster that becomes segment 1, 2, ...
    """
    values = np.nan_to_num(order_values, nan=0.0)
    means = round_significant(
        np.array([values[labels == cluster].mean() for cluster in range(len(centres))])
    )
    keys = [(-means[cluster], tuple(centres[cluster]), cluster) for cluster in range(len(centres))]
    return np.array([cluster for _, _, cluster in sorted(keys)], dtype=np.int64)


def renumber(prototypes: Sequence[Prototype], order: Labels) -> tuple[Prototype, ...]:
    """Give prototypes the positions that order_segments found, and sort them by it."""
    positions = np.argsort(order)
    return in_order([replace(p, segment=int(positions[p.segment])) for p in prototypes])


def _doubled(limit: int) -> list[int]:
    """1, 2, 4, ... and the limit itself."""
    numbers = [1]
    while numbers[-1] * 2 < limit:
        numbers.append(numbers[-1] * 2)
    return numbers if limit <= 1 else [*numbers, limit]
