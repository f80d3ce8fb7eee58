"""Long table of what a training round of the lifetime model learned; empty when none is due."""

from coterie.frames import to_arrow, with_schema
from coterie.schemas import LIFETIME_FITS


def model(dbt, session):
    histories = dbt.ref("coterie", "lifetime_sample")
    plan = to_arrow(dbt.ref("coterie", "lifetime_training_plan")).to_pylist()[0]
    if not plan["is_due"]:
        return with_schema([], LIFETIME_FITS)

    # Imported only now: a build without training need not wait for SciPy.
    from coterie.lifetime import Settings, fit_lifetime, fits_rows, samples  # noqa: PLC0415

    today, earlier = samples(to_arrow(histories), plan["as_of_date"], plan["holdout_date"])
    found = fit_lifetime(today, earlier, settings=Settings(**dbt.config.meta_get("settings")))
    return with_schema(fits_rows(found, plan["model_version"]), LIFETIME_FITS)
