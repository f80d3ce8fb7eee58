"""Rows of the long table segment_fits (see coterie.schemas.SEGMENT_FITS)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from coterie.segmentation.encoders import Encoder
from coterie.segmentation.identity import segment_id_at
from coterie.segmentation.levels import Node
from coterie.segmentation.micro import MicroSegment
from coterie.segmentation.numerics import round_significant
from coterie.segmentation.prototypes import Prototype, in_order
from coterie.segmentation.surrogate import Bound
from coterie.segmentation.trials import Fit


def fits_rows(fit: Fit, model_version: str) -> Iterator[dict[str, object]]:
    """Lay a fit out as rows of the table segment_fits (see coterie.schemas.SEGMENT_FITS)."""
    common = {"model_version": model_version, "algorithm": fit.algorithm}
    encoder = fit.encoder
    if encoder is not None:
        common["encoder"] = encoder.name
    yield {
        **common,
        "part": "outcome",
        "k": fit.segment_count,
        "layer": None if encoder is None else len(encoder.layers),
        "verdict": fit.verdict,
        "reason": fit.reason,
    }
    for trial in fit.trials:
        yield {**_rounded(vars(trial)), "part": "trial", "model_version": model_version}
    for lineage in fit.lineage:
        yield {**vars(lineage), "part": "lineage", "model_version": model_version}
    if encoder is None:
        return
    for row in (
        *encoder_rows(encoder),
        *prototype_rows(fit.prototypes, fit.segment_ids),
        *tree_rows(fit.tree, fit.segment_ids),
        *rule_rows(fit.rules, fit.segment_ids),
        *micro_rows(fit.micro, fit.segment_ids),
    ):
        yield {**common, **row}


def encoder_rows(encoder: Encoder) -> Iterator[dict[str, object]]:
    """One row per layer and unit; none for the encoder without layers."""
    for number, layer in enumerate(encoder.layers, start=1):
        for unit, (weights, bias) in enumerate(
            zip(layer.weights, layer.bias, strict=True), start=1
        ):
            yield {
                "part": "encoder",
                "layer": number,
                "unit": unit,
                "vector": weights.tolist(),
                "bias": float(bias),
                "activation": layer.activation,
            }


def _rounded(figures: Mapping[str, object]) -> dict[str, object]:
    """Round figures: in sums of distances the last bit depends on where in memory the rows lie."""
    return {
        name: float(round_significant(value)) if isinstance(value, float) else value
        for name, value in figures.items()
    }


def prototype_rows(
    prototypes: Sequence[Prototype], segment_ids: Sequence[str] = ()
) -> Iterator[dict[str, object]]:
    """One row per segment and prototype, in the order in which SQL breaks ties.

    Parameters
    ----------
    prototypes
        Of one model.
    segment_ids
        Id of each segment by its position, sorted; s01, s02, ... where none are given.
    """
    numbers: Counter[int] = Counter()
    for prototype in in_order(prototypes):
        numbers[prototype.segment] += 1
        yield {
            "part": "prototype",
            "segment_id": _id_of(prototype.segment, segment_ids),
            "prototype": numbers[prototype.segment],
            "vector": prototype.vector.tolist(),
            "radius": prototype.radius,
            "precision_vector": None
            if prototype.precision is None
            else prototype.precision.tolist(),
            "score_offset": prototype.offset,
        }


def tree_rows(tree: Sequence[Node], segment_ids: Sequence[str] = ()) -> Iterator[dict[str, object]]:
    """One row per segment and union of the tree of segments.

    Parameters
    ----------
    tree
        Of one model.
    segment_ids
        See prototype_rows.
    """
    for number, node in enumerate(tree, start=1):
        yield {
            "part": "level",
            "node": number,
            "segment_id": None if node.segment is None else _id_of(node.segment, segment_ids),
            "left_node": node.left,
            "right_node": node.right,
            "height": node.height,
            "macro": node.macro,
            "customers": node.size,
            "vector": None if node.centre is None else node.centre.tolist(),
        }


def rule_rows(
    rules: Sequence[Bound], segment_ids: Sequence[str] = ()
) -> Iterator[dict[str, object]]:
    """One row per leaf of the surrogate tree and feature that it asks for.

    Parameters
    ----------
    rules
        Of one model.
    segment_ids
        See prototype_rows.
    """
    for bound in rules:
        yield {
            "part": "rule",
            "leaf": bound.leaf,
            "segment_id": _id_of(bound.segment, segment_ids),
            "position": None if bound.feature is None else bound.feature + 1,
            "above": bound.above,
            "at_most": bound.at_most,
            "customers": bound.size,
            "customers_right": bound.right,
        }


def micro_rows(
    micro: Sequence[MicroSegment], segment_ids: Sequence[str] = ()
) -> Iterator[dict[str, object]]:
    """One row per micro-segment.

    Parameters
    ----------
    micro
        Of one model.
    segment_ids
        See prototype_rows.
    """
    for part in micro:
        yield {
            "part": "micro",
            "segment_id": _id_of(part.segment, segment_ids),
            "micro_segment_id": part.micro_segment_id,
            "vector": part.vector.tolist(),
            "customers": part.size,
        }


def _id_of(segment: int, segment_ids: Sequence[str]) -> str:
    """Id of the segment at a position, counted from 0."""
    return segment_ids[segment] if segment_ids else segment_id_at(segment + 1)
