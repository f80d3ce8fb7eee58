"""Whether today's segmentation can be trusted, as the gates say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["yes", "care", "no"]


@dataclass(frozen=True)
class Verdict:
    """The answer and its cause: the word ``trust.<cause>`` is the sentence that says both.

    Parameters
    ----------
    level
        yes, care (use it, but look first) or no.
    cause
        The gravest of what was found.
    also
        Further causes, gravest first.
    figures
        What the sentences name: numbers and texts, not written yet.
    """

    level: Level
    cause: str
    also: tuple[str, ...] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)


# Gravest first.
LEVELS: Mapping[str, Level] = {
    "refused": "no",
    "no_model": "no",
    "accepted_drift": "care",
    "rules": "care",
    "drifted_features": "care",
    "stopped_sources": "care",
    "too_few": "care",
    "first": "yes",
    "new_model": "yes",
    "nothing": "yes",
}


def judge(
    checks: Sequence[Mapping[str, Any]],
    published: int,
    health: Mapping[str, Any] | None,
    model: Mapping[str, Any],
) -> Verdict:
    """Judge the segmentation by its gates.

    Parameters
    ----------
    checks
        Gates of the newest build that got as far as them: publication_id, check_name, is_passed.
    published
        Number of the last publication.
    health
        Its row of segment_health; None where that mart is not there.
    model
        Row of segment_models in force; empty without one.
    """
    causes = []
    failed = [check["check_name"] for check in checks if not check["is_passed"]]
    if failed and any(check["publication_id"] > published for check in checks):
        causes.append("refused")
    if not model:
        causes.append("no_model")
    elif model["algorithm"] == "rules":
        causes.append("rules")
    if health is not None:
        causes += _of_health(health)
    causes = sorted(causes or ["nothing"], key=list(LEVELS).index)
    return Verdict(
        level=LEVELS[causes[0]],
        cause=causes[0],
        # That nothing can be compared yet is no further worry.
        also=tuple(cause for cause in causes[1:] if LEVELS[cause] != "yes"),
        figures={
            **{key: value for key, value in (health or {}).items()},
            "checks": len(checks),
            "failed": len(failed),
            "failed_checks": failed,
            "jaccard_min": model.get("jaccard_min"),
        },
    )


def _of_health(health: Mapping[str, Any]) -> list[str]:
    causes = []
    if health["last_as_of_date"] is None:
        causes.append("first")
    else:
        if health["is_drift_accepted"]:
            causes.append("accepted_drift")
        elif health["features_drifted"]:
            causes.append("drifted_features")
        if health["share_psi"] is None and health["stayer_share"] is None:
            causes.append("new_model" if not health["compared_customers"] else "too_few")
    if health["stopped_sources"]:
        causes.append("stopped_sources")
    return causes
