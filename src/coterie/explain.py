"""One customer explained: the segment and why, what is expected, where they were before.

Everything comes from the marts, which hold no personal data: a customer is a pseudonymous id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb
from rich.console import Console

from coterie.marts import Layout, find_layout
from coterie.warehouse import WarehouseError

LABEL_WIDTH = 14
# Labels of the page; names and descriptions in words come from segment_personas.
WORDS = {
    "en": {
        "customer": "Customer",
        "known": "known at the end of",
        "stage": "Lifecycle",
        "stages": {},
        "segment": "Segment",
        "path": "Levels",
        "none": "none",
        "unassigned": {},
        "confidence": "Confidence",
        "margin": "0 as near to the runner-up, 1 far from it",
        "distance": "distance",
        "rules": "by a rule, which has no distance",
        "second": "Runner-up",
        "use": "Use",
        "reasons": "Because",
        "churn": "Churn",
        "purchase": "Purchase",
        "in_days": "in {days} days",
        "basis": {},
        "value": "Expected",
        "revenue": "revenue of {near:,.2f} in 90 days, {far:,.2f} in 365 days; "
        "active with {alive:.0%}",
        "history": "History",
        "since": "since {start}",
        "until": "{start} to {end}",
    },
    "fr": {
        "customer": "Client",
        "known": "connu à la fin du",
        "stage": "Cycle de vie",
        "stages": {
            "prospect": "prospect",
            "new": "nouveau",
            "active": "actif",
            "cooling": "en retrait",
            "lapsed": "perdu de vue",
        },
        "segment": "Segment",
        "path": "Niveaux",
        "none": "aucun",
        "unassigned": {
            "Too little is known: no order, no activity, and no message opened or clicked in the "
            "last year.": "On en sait trop peu : ni commande, ni activité, ni message ouvert ou "
            "cliqué depuis un an.",
            "Unlike every segment: outside the radius of all of them.": "Différent de tous les "
            "segments : hors du rayon de chacun.",
        },
        "confidence": "Confiance",
        "margin": "0 aussi proche du second segment, 1 loin de lui",
        "distance": "distance",
        "rules": "par une règle, sans distance",
        "second": "Second",
        "use": "Usage",
        "reasons": "Parce que",
        "churn": "Départ",
        "purchase": "Achat",
        "in_days": "en {days} jours",
        "basis": {
            "model": "modèle",
            "rule of thumb": "règle simple",
            "left already": "déjà parti",
        },
        "value": "Attendu",
        "revenue": "chiffre d'affaires de {near:,.2f} en 90 jours, {far:,.2f} en 365 jours ; "
        "actif à {alive:.0%}",
        "history": "Historique",
        "since": "depuis le {start}",
        "until": "du {start} au {end}",
    },
}


@dataclass(frozen=True)
class Segment:
    """A segment of some level, with its name in words."""

    level: str
    segment_id: str
    name: str | None


@dataclass(frozen=True)
class Score:
    """A probability with where it comes from; without one, `basis` says why."""

    probability: float | None
    basis: str
    reasons: list[str]
    horizon_days: int | None


@dataclass(frozen=True)
class Period:
    """Time in a segment; `until` is null for the one that lasts."""

    segment_id: str
    name: str | None
    since: date
    until: date | None


@dataclass(frozen=True)
class Explanation:
    """What the marts say of one customer."""

    customer_id: str
    publication_id: int
    as_of_date: date
    model_version: str | None
    lifecycle_stage: str | None
    segment: Segment | None
    path: list[Segment]
    description: str | None
    recommended_use: str | None
    distance: float | None
    confidence: float | None
    runner_up: Segment | None
    reasons: list[str]
    unassigned_reason: str | None
    scores: dict[str, Score]
    p_alive: float | None
    expected_revenue_90d: float | None
    expected_revenue_365d: float | None
    history: list[Period]


def explain_customers(
    connection: duckdb.DuckDBPyConnection,
    customer_ids: Sequence[str],
    *,
    language: str | None = None,
) -> list[Explanation]:
    """Explain customers of the last publication.

    Parameters
    ----------
    connection
        The warehouse.
    customer_ids
        As in the mart `customers`.
    language
        Of names, descriptions and uses; default: as published in `segments`.

    Raises
    ------
    WarehouseError
        If nothing is published, an id is unknown, or the marts do not hold the language.
    """
    layout = find_layout(connection)
    publication = connection.execute(
        "select publication_id, as_of_date, model_version "
        f"from {layout.relation('publication', 'publications')} "
        "order by publication_id desc limit 1"
    ).fetchone()
    if publication is None:
        raise WarehouseError(
            "Nothing has been published yet: `coterie summary` says which gates did not pass."
        )
    segments = _segments(connection, layout, language)
    found = {row["customer_id"]: row for row in _customers(connection, layout, customer_ids)}
    periods = _rows(
        connection,
        f"""
        select customer_id, segment_id, valid_from, valid_to
        from {layout.relation("marts", "customer_segment_history")}
        where list_contains(?, customer_id)
        order by customer_id, valid_from
        """,
        list(customer_ids),
    )
    if unknown := [name for name in dict.fromkeys(customer_ids) if name not in found]:
        gone = {period["customer_id"]: period for period in periods}
        raise WarehouseError(
            "\n".join(_unknown(name, publication[0], gone.get(name)) for name in unknown)
        )
    return [
        _explanation(
            found[name],
            publication,
            segments,
            [period for period in periods if period["customer_id"] == name],
        )
        for name in dict.fromkeys(customer_ids)
    ]


def explanations_to_json(explanations: list[Explanation]) -> str:
    """Give the explanations as JSON, a list; dates as text."""
    pages = [asdict(explanation) for explanation in explanations]
    return json.dumps(pages, default=str, indent=2, ensure_ascii=False)


def print_explanation(
    explanation: Explanation, console: Console, *, language: str | None = None
) -> None:
    """Print one customer as lines of a label and words; those wrap under themselves."""
    words = WORDS.get(language or "en", WORDS["en"])
    console.print(
        f"\n{words['customer']} {explanation.customer_id}, {words['known']} "
        f"{explanation.as_of_date}",
        style="bold",
        markup=False,
    )
    for label, text in _lines(explanation, words):
        width = max(console.width - LABEL_WIDTH - 2, 40) if console.is_terminal else None
        for number, line in enumerate(_wrapped(text, width)):
            start = label if number == 0 else ""
            console.print(f"  {start:<{LABEL_WIDTH}}{line}", soft_wrap=True, markup=False)


def _wrapped(text: str, width: int | None) -> list[str]:
    """Words on lines of a width at most; one line without a width."""
    if width is None:
        return [text]
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _lines(explanation: Explanation, words: dict[str, Any]) -> list[tuple[str, str]]:
    stage = explanation.lifecycle_stage
    lines = [(words["stage"], words["stages"].get(stage, stage) or "")]
    segment = explanation.segment
    if segment is None:
        lines.append((words["segment"], words["none"]))
        if reason := explanation.unassigned_reason:
            lines.append(("", words["unassigned"].get(reason, reason)))
    else:
        lines.append((words["segment"], _named(segment)))
        if explanation.description:
            lines.append(("", explanation.description))
        if len(explanation.path) > 1:
            lines.append((words["path"], " > ".join(map(_named, explanation.path))))
        if explanation.confidence is None:
            lines.append((words["confidence"], words["rules"]))
        else:
            lines.append(
                (
                    words["confidence"],
                    f"{explanation.confidence:.2f} ({words['margin']}), "
                    f"{words['distance']} {explanation.distance:.2f}",
                )
            )
        if explanation.runner_up:
            lines.append((words["second"], _named(explanation.runner_up)))
        lines += _listed(words["reasons"], explanation.reasons)
        if explanation.recommended_use:
            lines.append((words["use"], explanation.recommended_use))
    for outcome, score in explanation.scores.items():
        basis = words["basis"].get(score.basis, score.basis)
        probability = "" if score.probability is None else f"{score.probability:.0%} "
        days = words["in_days"].format(days=score.horizon_days) if score.horizon_days else ""
        text = f"{probability}{days} ({basis})" if probability else basis
        lines += _listed(words[outcome], [" ".join(text.split()), *score.reasons])
    if explanation.expected_revenue_365d is not None:
        lines.append(
            (
                words["value"],
                words["revenue"].format(
                    near=explanation.expected_revenue_90d,
                    far=explanation.expected_revenue_365d,
                    alive=explanation.p_alive,
                ),
            )
        )
    history = []
    for period in explanation.history:
        form = words["since"] if period.until is None else words["until"]
        when = form.format(start=period.since, end=period.until)
        history.append(f"{when} {_named(Segment('segment', period.segment_id, period.name))}")
    return lines + _listed(words["history"], history)


def _listed(label: str, texts: list[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", text) for number, text in enumerate(texts)]


def _named(segment: Segment) -> str:
    return f"{segment.segment_id} {segment.name}" if segment.name else segment.segment_id


def _segments(
    connection: duckdb.DuckDBPyConnection, layout: Layout, language: str | None
) -> dict[str, dict[str, Any]]:
    """Name, description and use by segment, in a language or as published."""
    personas = layout.relation("marts", "segment_personas")
    held = [
        name
        for (name,) in connection.execute(
            f"select distinct language from {personas} order by 1"
        ).fetchall()
    ]
    if language is not None and language not in held:
        raise WarehouseError(
            f"The marts hold no names in language {language}; they hold: {', '.join(held)}."
        )
    rows = _rows(
        connection,
        f"""
        select
            segments.segment_id,
            segments.level,
            coalesce(personas.segment_name, segments.segment_name) as segment_name,
            coalesce(personas.description, segments.description) as description,
            personas.recommended_use
        from {layout.relation("marts", "segments")} as segments
        left join {personas} as personas
            on
                segments.segment_id = personas.segment_id
                and personas.language = coalesce(
                    ?,
                    -- The language in which the segments are published.
                    (
                        select min(same.language)
                        from {personas} as same
                        inner join {layout.relation("marts", "segments")} as named
                            on
                                same.segment_id = named.segment_id
                                and same.description = named.description
                    )
                )
        """,
        language,
    )
    return {row["segment_id"]: row for row in rows}


def _customers(
    connection: duckdb.DuckDBPyConnection, layout: Layout, customer_ids: Sequence[str]
) -> list[dict[str, Any]]:
    def mart(name: str) -> str:
        return layout.relation("marts", name)

    horizons = ", ".join(
        f"""(
            select max(horizon_days) from {mart("score_models")}
            where model_version = scores.{outcome}_model_version
        ) as {outcome}_horizon_days"""
        for outcome in ("churn", "purchase")
    )
    return _rows(
        connection,
        f"""
        select
            customers.lifecycle_stage,
            assigned.* exclude (customer_id, as_of_date, model_version),
            scores.* exclude (customer_id, as_of_date, model_version),
            {horizons},
            customers.customer_id
        from {mart("customers")} as customers
        left join {mart("customer_segments")} as assigned
            on customers.customer_id = assigned.customer_id
        left join {mart("customer_scores")} as scores
            on customers.customer_id = scores.customer_id
        where list_contains(?, customers.customer_id)
        """,
        list(customer_ids),
    )


def _explanation(
    row: dict[str, Any],
    publication: tuple[int, date, str | None],
    segments: dict[str, dict[str, Any]],
    periods: list[dict[str, Any]],
) -> Explanation:
    def segment(level: str, segment_id: str | None) -> Segment | None:
        if segment_id is None:
            return None
        return Segment(level, segment_id, segments.get(segment_id, {}).get("segment_name"))

    path = [
        segment("macro", row["macro_segment_id"]),
        segment("segment", row["segment_id"]),
        segment("micro", row["micro_segment_id"]),
    ]
    own = segments.get(row["segment_id"], {})
    return Explanation(
        customer_id=row["customer_id"],
        publication_id=publication[0],
        as_of_date=publication[1],
        model_version=publication[2],
        lifecycle_stage=row["lifecycle_stage"],
        segment=path[1],
        path=[step for step in path if step],
        description=own.get("description"),
        recommended_use=own.get("recommended_use"),
        distance=row["distance"],
        confidence=row["confidence"],
        runner_up=segment("segment", row["second_segment_id"]),
        reasons=_reasons(row, "reason"),
        unassigned_reason=row["unassigned_reason"],
        scores={
            outcome: Score(
                probability=row[f"{outcome}_probability"],
                basis=row[f"{outcome}_basis"],
                reasons=_reasons(row, f"{outcome}_reason"),
                horizon_days=row[f"{outcome}_horizon_days"],
            )
            for outcome in ("churn", "purchase")
            if row[f"{outcome}_basis"]
        },
        p_alive=row["p_alive"],
        expected_revenue_90d=row["expected_revenue_90d"],
        expected_revenue_365d=row["expected_revenue_365d"],
        history=[
            Period(
                period["segment_id"],
                segments.get(period["segment_id"], {}).get("segment_name"),
                period["valid_from"],
                period["valid_to"],
            )
            for period in periods
        ],
    )


def _reasons(row: dict[str, Any], column: str) -> list[str]:
    return [row[f"{column}_{place}"] for place in (1, 2, 3) if row[f"{column}_{place}"]]


def _unknown(customer_id: str, publication_id: int, last: dict[str, Any] | None) -> str:
    if "@" in customer_id:
        # What looks like personal data is not repeated: this line may end in a log.
        return (
            "An e-mail address is no customer_id: find the id of its contact in "
            "identity.customer_identities, if you may read it."
        )
    if last is not None:
        ended = f" until {last['valid_to']}" if last["valid_to"] else ""
        return (
            f"Customer {customer_id} is not in publication {publication_id}; it was in segment "
            f"{last['segment_id']}{ended}. Its contacts have been merged into another customer or "
            "erased: identity.customer_identities has the id they have now."
        )
    return (
        f"There is no customer {customer_id} in publication {publication_id}. The ids are those of "
        "marts.customers; the id of a contact is found in identity.customer_identities."
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, *parameters: Any
) -> list[dict[str, Any]]:
    result = connection.execute(query, list(parameters))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
