"""Long table of what a training round learned; empty when no training is due."""

from coterie.frames import matrix, to_arrow, with_schema
from coterie.schemas import SEGMENT_FITS


def model(dbt, session):
    vectors = dbt.ref("coterie", "segment_sample_vectors")
    plan = to_arrow(dbt.ref("coterie", "segment_training_plan")).to_pylist()[0]
    if not plan["is_due"]:
        return with_schema([], SEGMENT_FITS)

    # Imported only now: a build without training need not wait for scikit-learn.
    from coterie.progress import in_dbt_log  # noqa: PLC0415
    from coterie.segmentation import Settings, fit_segments, fits_rows  # noqa: PLC0415

    sample = to_arrow(vectors).sort_by("customer_id")
    fit = fit_segments(
        matrix(sample["prepared"]),
        sample["order_value"].to_numpy(),
        settings=Settings(**dbt.config.meta_get("settings")),
        features=plan["features"].split(",") if sample.num_rows else (),
        report=in_dbt_log("segmentation"),
    )
    return with_schema(fits_rows(fit, plan["model_version"]), SEGMENT_FITS)
