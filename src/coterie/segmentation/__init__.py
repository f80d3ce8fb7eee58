"""Segments from a bounded sample: what is learnt, as parameters that SQL assigns customers with.

`encoders` turn a prepared vector into a point, `algorithms` find groups of points, `prototypes`
make rows of them that SQL can use, `quality` and `stability` judge, `training` tries and chooses,
`rows` lays the outcome out as a table.
"""

from coterie.segmentation.algorithms import (
    ALGORITHMS,
    Algorithm,
    Clustering,
    fit_clustering,
    fit_each_k,
    fit_kmeans,
)
from coterie.segmentation.encoders import Encoder, Layer, fit_encoder
from coterie.segmentation.numerics import Labels, Matrix, one_thread, round_significant
from coterie.segmentation.prototypes import (
    Prototype,
    Representation,
    assign,
    nearest,
    order_segments,
    represent,
)
from coterie.segmentation.quality import quality
from coterie.segmentation.rows import fits_rows, segment_id_at
from coterie.segmentation.settings import Settings
from coterie.segmentation.stability import bootstrap_jaccard, jaccard_by_cluster
from coterie.segmentation.training import Candidate, Fit, Trial, candidates, fit_segments

__all__ = [
    "ALGORITHMS",
    "Algorithm",
    "Candidate",
    "Clustering",
    "Encoder",
    "Fit",
    "Labels",
    "Layer",
    "Matrix",
    "Prototype",
    "Representation",
    "Settings",
    "Trial",
    "assign",
    "bootstrap_jaccard",
    "candidates",
    "fit_clustering",
    "fit_each_k",
    "fit_encoder",
    "fit_kmeans",
    "fit_segments",
    "fits_rows",
    "jaccard_by_cluster",
    "nearest",
    "one_thread",
    "order_segments",
    "quality",
    "represent",
    "round_significant",
    "segment_id_at",
]
