"""t-SNE coordinates of the customers of a map; empty where the model has its map already."""

from coterie.frames import matrix, to_arrow, with_schema
from coterie.schemas import SEGMENT_MAP_FITS


def model(dbt, session):
    sample = to_arrow(dbt.ref("coterie", "segment_map_vectors")).sort_by("customer_id")
    if not sample.num_rows:
        return with_schema([], SEGMENT_MAP_FITS)

    # Imported only now: a build that draws nothing need not wait for scikit-learn.
    from coterie.segmentation import map_rows  # noqa: PLC0415

    common = {name: sample[name][0].as_py() for name in ("model_version", "as_of_date")}
    rows = map_rows(
        matrix(sample["encoded"]),
        sample["customer_id"].to_pylist(),
        seed=dbt.config.meta_get("seed"),
    )
    return with_schema(({**common, **row} for row in rows), SEGMENT_MAP_FITS)
