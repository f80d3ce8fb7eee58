"""Pictures of the sample: principal axes that SQL lays everyone out on, and t-SNE of a few.

The axes are parameters like any other: a coordinate is a dot product, computed in SQL for every
customer. t-SNE has no formula for a customer it has not seen: its coordinates are a picture of the
customers it was drawn from. What lies close there is alike; distances between groups, their sizes
and their density say nothing (Wattenberg, Viégas and Johnson, "How to Use t-SNE Effectively",
Distill 2016). They are never features.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

from coterie.segmentation.numerics import Matrix, one_thread, round_significant

# Axes that a picture can show.
AXES = 3
# Neighbours that a customer is to keep: 30 is van der Maaten's own choice, 5 to 50 look alike.
PERPLEXITY = 30.0
# A third of the customers at most are neighbours of one: scikit-learn asks for fewer than all.
ROWS_PER_NEIGHBOUR = 3
# An axis along which the sample has a smaller share of its variance is what rounding leaves.
LEAST_SHARE = 1e-12
# Fewer customers than this make no picture.
ROWS_MIN = 10
# Half of scikit-learn's 1,000 steps take half of the time, and the divergence that they lower
# ends up 8 % higher.
STEPS = 500
# Decimals that are kept of the points before t-SNE sees them and of what it gives: it is chaotic,
# and the last bits of two engines' arithmetic would give two pictures.
DECIMALS = 6


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis: a customer lies at weights @ prepared + bias.

    Attributes
    ----------
    weights
        (features,).
    bias
        Puts the mean of the sample at 0.
    variance_share
        Share of the sample's variance along the axis, 0..1.
    """

    weights: Matrix
    bias: float
    variance_share: float


def map_axes(values: Matrix) -> list[Axis]:
    """First principal components of the sample, three at most; none of a sample without variance.

    Parameters
    ----------
    values
        (customers, features), prepared.

    Returns
    -------
    list of Axis
        By falling variance. Of each, the weight of the largest size is positive, so that a sign
        does not change from fit to fit. Axes without variance are left out.
    """
    if not len(values) or not np.isfinite(values).all() or not (values != values[0]).any():
        return []
    with one_thread():
        pca = PCA(svd_solver="full").fit(values)
    axes = []
    for weights, share in zip(pca.components_, pca.explained_variance_ratio_, strict=True):
        if len(axes) == AXES or share < LEAST_SHARE:
            break
        turned = round_significant(weights * np.sign(weights[np.argmax(np.abs(weights))]))
        bias = float(round_significant(-turned @ pca.mean_))
        axes.append(Axis(turned, bias, float(round_significant(share))))
    return axes


def neighbour_map(points: Matrix, dimensions: int, *, seed: int) -> Matrix:
    """Lay customers out so that neighbours stay neighbours (t-SNE, Barnes-Hut).

    Parameters
    ----------
    points
        (customers, components), ordered by customer_id: another order gives another picture.
    dimensions
        2 or 3.
    seed
        Seed of the solver that the first layout, by principal components, may use.

    Returns
    -------
    ndarray of shape (customers, dimensions)
        The same on every run, whatever the number of threads.

    Raises
    ------
    ValueError
        If there are fewer than ROWS_MIN customers.
    """
    if len(points) < ROWS_MIN:
        raise ValueError(f"a map needs {ROWS_MIN} customers, got {len(points)}")
    points = np.round(points, DECIMALS)
    if points.shape[1] < dimensions:
        # The first layout has as many components as the picture.
        missing = dimensions - points.shape[1]
        points = np.hstack([points, np.zeros((len(points), missing))])
    with one_thread():
        model = TSNE(
            n_components=dimensions,
            perplexity=min(PERPLEXITY, (len(points) - 1) / ROWS_PER_NEIGHBOUR),
            init="pca",
            max_iter=STEPS,
            random_state=seed,
            n_jobs=1,
        )
        return np.round(model.fit_transform(points).astype(np.float64), DECIMALS) + 0.0


def axis_rows(values: Matrix, model_version: str) -> Iterator[dict[str, object]]:
    """Rows of the table segment_fits: one per axis."""
    for number, axis in enumerate(map_axes(values), start=1):
        yield {
            "part": "axis",
            "model_version": model_version,
            "unit": number,
            "vector": axis.weights.tolist(),
            "bias": axis.bias,
            "variance_share": axis.variance_share,
        }


def map_rows(points: Matrix, customers: Sequence[str], *, seed: int) -> Iterator[dict[str, object]]:
    """Rows of the table segment_map_fits: one per customer.

    None of fewer than ROWS_MIN customers, or where all have the same coordinates.

    Parameters
    ----------
    points
        (customers, components), ordered by customer_id.
    customers
        Their customer_id.
    seed
        See neighbour_map.
    """
    if len(customers) < ROWS_MIN or not (points != points[0]).any():
        return
    flat = neighbour_map(points, 2, seed=seed)
    solid = neighbour_map(points, 3, seed=seed)
    for customer_id, (x, y), (x3, y3, z3) in zip(
        customers, flat.tolist(), solid.tolist(), strict=True
    ):
        yield {
            "customer_id": customer_id,
            "tsne_x": x,
            "tsne_y": y,
            "tsne3_x": x3,
            "tsne3_y": y3,
            "tsne3_z": z3,
        }
