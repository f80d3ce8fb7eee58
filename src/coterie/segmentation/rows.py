"""Rows of the long table segment_fits (see coterie.schemas.SEGMENT_FITS)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from coterie.segmentation.encoders import Encoder
from coterie.segmentation.prototypes import Prototype, centre_prototypes, in_order
from coterie.segmentation.training import Fit


def segment_id_at(position: int) -> str:
    """Name the segment at a position, counted from 1: s01, s02, ..."""
    return f"s{position:02d}"


def fits_rows(fit: Fit, model_version: str) -> Iterator[dict[str, object]]:
    """Lay a fit out as rows of the table segment_fits (see coterie.schemas.SEGMENT_FITS)."""
    common = {"model_version": model_version, "algorithm": fit.algorithm}
    segments = None if fit.prototypes is None else len(fit.prototypes)
    yield {**common, "part": "outcome", "k": segments, "reason": fit.reason}
    for trial in fit.trials:
        yield {
            **vars(trial),
            "part": "trial",
            "model_version": model_version,
            "algorithm": "kmeans",
        }
    if fit.encoder is None or fit.prototypes is None:
        return
    for row in (*encoder_rows(fit.encoder), *prototype_rows(centre_prototypes(fit.prototypes))):
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


def prototype_rows(prototypes: Sequence[Prototype]) -> Iterator[dict[str, object]]:
    """One row per segment and prototype, in the order in which SQL breaks ties."""
    numbers: Counter[int] = Counter()
    for prototype in in_order(prototypes):
        numbers[prototype.segment] += 1
        yield {
            "part": "prototype",
            "segment_id": segment_id_at(prototype.segment + 1),
            "prototype": numbers[prototype.segment],
            "vector": prototype.vector.tolist(),
            "radius": prototype.radius,
            "precision_vector": None
            if prototype.precision is None
            else prototype.precision.tolist(),
            "score_offset": prototype.offset,
        }
