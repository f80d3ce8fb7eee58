"""Long table of what a training round of the scores learned; empty when none is due."""

from coterie.frames import to_arrow, with_schema
from coterie.schemas import SCORE_FITS


def model(dbt, session):
    examples = dbt.ref("coterie", "score_examples")
    plans = to_arrow(dbt.ref("coterie", "score_training_plan")).sort_by("outcome").to_pylist()
    if not any(plan["is_due"] for plan in plans):
        return with_schema([], SCORE_FITS)

    # Imported only now: a build without training need not wait for scikit-learn and interpret.
    from coterie.progress import in_dbt_log  # noqa: PLC0415
    from coterie.scoring import ScoreSettings, fit_rounds  # noqa: PLC0415
    from coterie.tracking import log_training  # noqa: PLC0415

    settings, report = dbt.config.meta_get("settings"), in_dbt_log("scores")
    table = to_arrow(examples).sort_by(
        [(name, "ascending") for name in ("outcome", "part", "customer_id", "as_of_date")]
    )
    rows = fit_rounds(
        table,
        [plan for plan in plans if plan["is_due"]],
        settings=ScoreSettings(**settings),
        report=report,
    )
    fits = with_schema(rows, SCORE_FITS)
    log_training("scores", fits, settings=settings, report=report)
    return fits
