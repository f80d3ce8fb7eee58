"""How good a labelling is: figures that compare candidates, none of which decides alone."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

from coterie.segmentation.numerics import Labels, Matrix, even_rows
from coterie.segmentation.settings import Settings


def quality(
    points: Matrix, labels: Labels, *, settings: Settings
) -> tuple[float | None, float, float]:
    """Silhouette, Davies-Bouldin index and Calinski-Harabasz index of a labelling.

    The silhouette needs every pair of rows: it uses `silhouette_rows` of them at even distances.
    """
    some = even_rows(len(points), settings.silhouette_rows)
    silhouette: float | None = None
    if 1 < len(np.unique(labels[some])) < len(some):
        silhouette = float(silhouette_score(points[some], labels[some]))
    return (
        silhouette,
        float(davies_bouldin_score(points, labels)),
        float(calinski_harabasz_score(points, labels)),
    )
