"""Long table of what a training round learned; empty when no training is due."""

from coterie.frames import to_arrow, with_schema
from coterie.schemas import SEGMENT_FITS


def model(dbt, session):
    vectors = dbt.ref("coterie", "segment_sample_vectors")
    in_force = dbt.ref("coterie", "segment_incumbent")
    plan = to_arrow(dbt.ref("coterie", "segment_training_plan")).to_pylist()[0]
    if not plan["is_due"]:
        return with_schema([], SEGMENT_FITS)

    # Imported only now: a build without training need not wait for scikit-learn.
    from coterie.progress import in_dbt_log  # noqa: PLC0415
    from coterie.segmentation import (  # noqa: PLC0415
        Incumbent,
        Settings,
        axis_rows,
        complete_sample,
        fit_segments,
        fits_rows,
    )
    from coterie.tracking import log_training  # noqa: PLC0415

    settings, report = dbt.config.meta_get("settings"), in_dbt_log("segmentation")
    sample = to_arrow(vectors).sort_by("customer_id")
    version, methods = plan["model_version"], plan["imputations"].split(",")
    how = dbt.config.meta_get("imputation")
    values, imputations = complete_sample(sample, methods, version, **how)
    fit = fit_segments(
        values,
        sample["order_value"].to_numpy(),
        settings=Settings(**settings),
        features=plan["features"].split(",") if sample.num_rows else (),
        incumbent=Incumbent.from_arrow(sample, to_arrow(in_force)),
        report=report,
    )
    rows = (*fits_rows(fit, version), *axis_rows(values, version), *imputations)
    fits = with_schema(rows, SEGMENT_FITS)
    log_training("segments", fits, settings=settings, report=report)
    return fits
