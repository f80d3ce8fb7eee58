"""Segments from a bounded sample: what is learnt, as parameters that SQL assigns customers with.

`encoders` turn a prepared vector into a point, `algorithms` find groups of points, `prototypes`
make rows of them that SQL can use, `quality`, `stability` and `surrogate` measure, `training` tries
(`entries` is what it tries) and `judge` chooses and says why (`trials` is what is kept of it),
`identity` matches segments with those before, `imputation` fills what is missing, `rows` lays the
outcome out as a table, `maps` draws it.
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
from coterie.segmentation.identity import (
    Incumbent,
    Limits,
    Lineage,
    carry_over,
    lineage_of_rules,
    match_segments,
    overlap_table,
    segment_id_at,
)
from coterie.segmentation.imputation import Imputation, complete_sample, fit_imputation
from coterie.segmentation.maps import axis_rows, map_axes, map_rows, neighbour_map
from coterie.segmentation.numerics import Labels, Matrix, one_thread, round_significant
from coterie.segmentation.prototypes import (
    Prototype,
    Representation,
    assign,
    nearest,
    order_segments,
    represent,
)
from coterie.segmentation.rows import fits_rows
from coterie.segmentation.settings import Settings
from coterie.segmentation.stability import jaccard_by_cluster, resample
from coterie.segmentation.training import fit_segments
from coterie.segmentation.trials import CUTS, SEPARATE, Candidate, Fit, Trial, candidates

__all__ = [
    "ALGORITHMS",
    "CUTS",
    "SEPARATE",
    "Algorithm",
    "Candidate",
    "Clustering",
    "Encoder",
    "Fit",
    "Imputation",
    "Incumbent",
    "Labels",
    "Layer",
    "Limits",
    "Lineage",
    "Matrix",
    "Prototype",
    "Representation",
    "Settings",
    "Trial",
    "assign",
    "axis_rows",
    "candidates",
    "carry_over",
    "complete_sample",
    "fit_clustering",
    "fit_each_k",
    "fit_encoder",
    "fit_imputation",
    "fit_kmeans",
    "fit_segments",
    "fits_rows",
    "jaccard_by_cluster",
    "lineage_of_rules",
    "map_axes",
    "map_rows",
    "match_segments",
    "nearest",
    "neighbour_map",
    "one_thread",
    "order_segments",
    "overlap_table",
    "represent",
    "resample",
    "round_significant",
    "segment_id_at",
]
