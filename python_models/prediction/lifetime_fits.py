"""Long table of what a training round of the lifetime model learned; empty when none is due."""

from coterie.frames import to_arrow, with_schema
from coterie.schemas import LIFETIME_FITS


def model(dbt, session):
    histories = dbt.ref("coterie", "lifetime_sample")
    earlier_histories = dbt.ref("coterie", "lifetime_earlier_sample")
    plan = to_arrow(dbt.ref("coterie", "lifetime_training_plan")).to_pylist()[0]
    if not plan["is_due"]:
        return with_schema([], LIFETIME_FITS)

    # Imported only now: a build without training need not wait for SciPy.
    from coterie.lifetime import Sample, Settings, fit_lifetime, fits_rows  # noqa: PLC0415
    from coterie.progress import in_dbt_log  # noqa: PLC0415
    from coterie.tracking import log_training  # noqa: PLC0415

    settings = dbt.config.meta_get("settings")
    days = (plan["as_of_date"] - plan["holdout_date"]).days if plan["holdout_date"] else 0
    found = fit_lifetime(
        Sample.from_arrow(to_arrow(histories)),
        Sample.from_arrow(to_arrow(earlier_histories), later_days=days) if days else None,
        settings=Settings(**settings),
    )
    fits = with_schema(fits_rows(found, plan["model_version"]), LIFETIME_FITS)
    log_training("lifetime", fits, settings=settings, report=in_dbt_log("lifetime"))
    return fits
