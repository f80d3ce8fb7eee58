"""Overview: how many customers, what they bring, what is at stake, and whether to believe it."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from coterie.dashboard import activity
from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Answer,
    Block,
    Chart,
    Column,
    Facts,
    Heading,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import chart, segment_axis, segment_scale, spec
from coterie.dashboard.cubes import ACTIVE, active_cube, segment_cube
from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.pages import stability_and_drift
from coterie.dashboard.pages.stability_and_drift import verdict, verdict_sentences
from coterie.dashboard.words import Words

# A customer more likely to leave than to stay.
LIKELY = 0.5

# Exact sums, so that two runs agree to the last digit.
MEASURES: Mapping[str, str] = {
    "revenue": "sum(revenue)",
    "expected": "sum(cast(expected_revenue_365d as decimal(38, 6)))",
    "at_risk": "sum(cast(churn_probability * expected_revenue_365d as decimal(38, 6)))",
}
LEAVERS = f"count(*) filter (churn_probability >= {LIKELY})"


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page and its tables."""
    tables = [_facts(marts), _segments(marts)]
    blocks: list[Block] = [*_answers(marts, words), Facts("overview_facts", "overview_facts")]
    blocks.append(_change(marts, words))
    blocks += [
        Heading("overview_segments"),
        Chart("overview_segments", _size_spec(marts, words), "overview_size", is_half=True),
        Chart("overview_segments", _revenue_spec(marts, words), "overview_revenue", is_half=True),
    ]
    if marts.has("cohort_retention"):
        tables.append(_trend(marts))
        blocks += [
            Heading("overview_trend"),
            Chart(
                "overview_trend",
                _trend_spec(words, "revenue"),
                "overview_trend_revenue",
                is_half=True,
            ),
            Chart(
                "overview_trend",
                _trend_spec(words, "buyers"),
                "overview_trend_buyers",
                is_half=True,
            ),
        ]
        if not activity.is_complete(marts):
            blocks.append(Prose("overview.trend_partial"))
    else:
        blocks.append(Missing("cohort_retention", "dbt build"))
    return Page("overview", tuple(blocks)), tables


def _facts(marts: Marts) -> Table:
    """Count all customers and the active ones, who are cells of their own."""
    parts = {row[:3]: row[3:] for row in active_cube(marts, MEASURES)}
    rows = []
    for (country, channel, part), (customers, revenue, expected, _) in parts.items():
        if part == ALL:
            active = parts.get((country, channel, ACTIVE), (0, None, None, None))
            rows.append((country, channel, customers, active[0], revenue, expected, active[3]))
    return Table(
        "overview_facts",
        (
            Column("country", "text", "country"),
            Column("channel", "text", "channel"),
            Column("customers", "integer"),
            Column("active_customers", "integer"),
            Column("revenue", "money"),
            Column("expected_revenue", "money"),
            Column("at_risk_value", "money"),
        ),
        rows,
        ("country", "channel"),
    )


def _segments(marts: Marts) -> Table:
    return Table(
        "overview_segments",
        (
            Column("country", "text", "country"),
            Column("channel", "text", "channel"),
            Column("level", "text", "level"),
            Column("segment", "text", "segment"),
            Column("customers", "integer"),
            Column("revenue", "money"),
            Column("expected_revenue", "money"),
            Column("at_risk_value", "money"),
            Column("share", "share"),
            Column("revenue_share", "share"),
        ),
        segment_cube(marts, measures=MEASURES, shares=(0, 1)),
        ("country", "channel", "level"),
    )


def _trend(marts: Marts) -> Table:
    rows = [(country, "all", *rest) for country, *rest in activity.by_country(marts)]
    return Table(
        "overview_trend",
        (
            Column("country", "text", "country"),
            Column("period", "text", "period"),
            Column("month", "date"),
            Column("buyers", "integer"),
            Column("new_buyers", "integer"),
            Column("revenue", "money"),
        ),
        activity.last_months(rows, 2, 1),
        ("country", "period"),
    )


def _answers(marts: Marts, words: Words) -> list[Block]:
    return [
        _grows(marts, words),
        _leaves(marts, words),
        verdict_sentences(verdict(marts), words, page=stability_and_drift.KEY)[0],
    ]


def _grows(marts: Marts, words: Words) -> Answer:
    found, is_yearly = activity.growth(marts) if marts.has("cohort_retention") else ([], False)
    enough = [
        row
        for row in found
        if min(row.buyers, row.buyers_before) >= marts.min_cell_size and row.change is not None
    ]
    if not enough:
        return Answer("answer.grows", "answer.grows.unknown", "segments")
    best = enough[0]
    change = best.change or 0.0
    returning = best.buyers - best.new_buyers
    returning_before = best.buyers_before - best.new_buyers_before
    driver = best.driver if min(best.new_buyers, best.new_buyers_before) else "buyers"
    return Answer(
        "answer.grows",
        "answer.grows.yes" if change > 0 else "answer.grows.none",
        "segments",
        {
            "segment": marts.segment_names[words.language][best.segment],
            "change": words.share(change, signed=True),
            "than": words(f"answer.grows.than.{'year' if is_yearly else 'quarter'}"),
            "why": words(
                f"answer.grows.why.{'spend' if driver == 'spend' else 'buyers'}",
                buyers=words.integer(best.buyers),
                buyers_before=words.integer(best.buyers_before),
                spend=words.money(best.spend, marts.currency),
                spend_before=words.money(best.spend_before, marts.currency),
            )
            + _whence(words, marts, driver, returning, returning_before),
        },
        "good" if change > 0 else "watch",
        "answer.grows.headline",
    )


def _whence(words: Words, marts: Marts, driver: str, returning: int, before: int) -> str:
    """Whether new or returning buyers made the difference, where enough of them stand behind it."""
    if driver != "returning" or min(returning, before) < marts.min_cell_size:
        return ""
    return " " + words("answer.grows.why.returning")


def _leaves(marts: Marts, words: Words) -> Answer:
    """Tell how many are likely to leave, and where most of the value at risk is."""
    rows = {
        segment: figures
        for country, channel, level, segment, *figures in segment_cube(
            marts,
            measures={
                "leavers": LEAVERS,
                "at_risk": MEASURES["at_risk"],
                "scored": "count(churn_probability)",
                "risk": "sum(cast(churn_probability as decimal(38, 12)))",
            },
        )
        if (country, channel, level) == (ALL, ALL, "segment") and figures[0] is not HIDDEN
    }
    scored = sum(figures[3] for figures in rows.values())
    leavers = sum(figures[1] for figures in rows.values())
    value = sum(figures[2] or 0 for figures in rows.values())
    horizon = _horizon(marts)
    if not scored or horizon is None or leavers < marts.min_cell_size:
        return Answer("answer.leaves", "answer.leaves.unknown", "churn_and_value")
    names = {**marts.segment_names[words.language], NONE: words(f"value.segment.{NONE}")}
    enough = {name: row for name, row in rows.items() if row[3] >= marts.min_cell_size}
    riskiest = max(enough, key=lambda name: (enough[name][4] / enough[name][3], name))
    dearest = max(enough, key=lambda name: (enough[name][2] or 0, name))
    return Answer(
        "answer.leaves",
        "answer.leaves.yes" if value else "answer.leaves.no_value",
        "churn_and_value",
        {
            "leavers": words.integer(leavers),
            "scored": words.integer(scored),
            "days": words.integer(horizon),
            "riskiest": names[riskiest],
            "risk": words.share(float(enough[riskiest][4] / enough[riskiest][3])),
            "value": words.money(float(value), marts.currency),
            "dearest": names[dearest],
            "part": words.share(float((enough[dearest][2] or 0) / value) if value else 0.0),
        },
        "watch",
        "answer.leaves.headline",
    )


def _horizon(marts: Marts) -> int | None:
    """Days that churn is predicted for; None without a model in force or scores."""
    if not marts.has("score_models"):
        return None
    found = marts.rows(
        f"select max(horizon_days) from {marts.relation('score_models')} where outcome = 'churn'"
    )
    return found[0][0]


def _change(marts: Marts, words: Words) -> Block:
    last, previous = marts.publication, marts.previous_publication
    if previous is None:
        return Prose("overview.first_publication")
    difference = last["customers"] - previous["customers"]
    return Prose(
        "overview.change",
        {
            "difference": ("+" if difference > 0 else "") + words.integer(difference),
            "date": words.day(previous["as_of_date"]),
        },
    )


def _bars(marts: Marts, words: Words, figure: str, kind: str) -> dict[str, Any]:
    return spec(
        chart("overview_segments", height={"step": 34})
        .mark_bar()
        .encode(
            x=alt.X(
                f"{figure}:Q",
                title=words(f"column.{figure}"),
                axis=alt.Axis(format=kind, tickCount=5),
            ),
            y=segment_axis(marts, words, sort=figure),
            color=alt.Color("segment:N", scale=segment_scale(marts), legend=None),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip(f"{figure}:Q", title=words(f"column.{figure}"), format=",.0f"),
            ],
        )
    )


def _size_spec(marts: Marts, words: Words) -> dict[str, Any]:
    return _bars(marts, words, "customers", "~s")


def _revenue_spec(marts: Marts, words: Words) -> dict[str, Any]:
    return _bars(marts, words, "revenue", "~s")


def _trend_spec(words: Words, figure: str) -> dict[str, Any]:
    return spec(
        chart("overview_trend", height=220)
        .mark_line(point=True)
        .encode(
            x=alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", tickCount=6)),
            y=alt.Y(
                f"{figure}:Q",
                title=words(f"column.{figure}"),
                axis=alt.Axis(format="~s", tickCount=5),
                scale=alt.Scale(zero=True),
            ),
            tooltip=[
                alt.Tooltip("month:T", title=words("column.month"), format="%b %Y"),
                alt.Tooltip(f"{figure}:Q", title=words(f"column.{figure}"), format=",.0f"),
            ],
        )
    )
