"""Progress of what takes long, in dbt's own log."""

from __future__ import annotations

from collections.abc import Callable

from dbt.adapters.events.logging import AdapterLogger


def in_dbt_log(subject: str) -> Callable[[str], None]:
    """Return a function that writes a line to the console and the log of the running dbt.

    Parameters
    ----------
    subject
        What the lines are about: each begins with it.
    """
    logger = AdapterLogger("Coterie")

    def report(words: str) -> None:
        logger.info(f"{subject}: {words}")

    return report
