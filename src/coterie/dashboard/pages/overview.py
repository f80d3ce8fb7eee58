"""Overview: how many customers, what they bring, what is at stake, and whether to believe it."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from coterie.dashboard import activity
from coterie.dashboard.blocks import (
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
from coterie.dashboard.charts import chart, names_expression, segment_scale, spec
from coterie.dashboard.cubes import cube, segment_cube
from coterie.dashboard.marts import Marts
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
        Chart("overview_segments", _size_spec(marts, words), "overview_size"),
        Chart("overview_segments", _revenue_spec(marts, words), "overview_revenue"),
    ]
    if marts.has("cohort_retention"):
        tables.append(_trend(marts))
        blocks += [
            Heading("overview_trend"),
            Chart("overview_trend", _trend_spec(words, "revenue"), "overview_trend_revenue"),
            Chart("overview_trend", _trend_spec(words, "buyers"), "overview_trend_buyers"),
        ]
        if not activity.is_complete(marts):
            blocks.append(Prose("overview.trend_partial"))
    else:
        blocks.append(Missing("cohort_retention", "dbt build"))
    return Page("overview", tuple(blocks)), tables


def _facts(marts: Marts) -> Table:
    rows = cube(
        marts,
        measures={
            "buyers": "count(*) filter (churn_basis <> 'left already')",
            **MEASURES,
        },
    )
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
    share = "count(*)::double / sum(count(*)) over (partition by country, channel)"
    del share
    rows = segment_cube(marts, measures={**MEASURES})
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
        ),
        rows,
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
    return [_grows(marts, words), _leaves(marts, words), _trust(marts, words)]


def _grows(marts: Marts, words: Words) -> Answer:
    found = activity.growth(marts)[0] if marts.has("cohort_retention") else []
    enough = [row for row in found if row.buyers_before >= marts.min_cell_size and row.change]
    if not enough:
        return Answer("answer.grows", "answer.grows.unknown", "segments")
    best = enough[0]
    return Answer(
        "answer.grows",
        "answer.grows.yes" if (best.change or 0) > 0 else "answer.grows.none",
        "segments",
        {
            "segment": marts.segment_names[words.language][best.segment],
            "change": words.share(best.change or 0, signed=True),
        },
        "plain",
    )


def _leaves(marts: Marts, words: Words) -> Answer:
    return Answer("answer.leaves", "answer.leaves.unknown", "churn_and_value", {}, "plain")


def _trust(marts: Marts, words: Words) -> Answer:
    return Answer("answer.trust", "answer.trust.unknown", "stability_and_drift", {}, "plain")


def _change(marts: Marts, words: Words) -> Block:
    last, previous = marts.publication, marts.previous_publication
    if previous is None:
        return Prose("overview.first_publication")
    difference = last["customers"] - previous["customers"]
    return Prose(
        "overview.change",
        {
            "difference": ("+" if difference > 0 else "") + words.integer(difference),
            "date": str(previous["as_of_date"]),
        },
    )


def _bars(marts: Marts, words: Words, figure: str, kind: str) -> dict[str, Any]:
    return spec(
        chart("overview_segments", height={"step": 30})
        .mark_bar()
        .encode(
            x=alt.X(f"{figure}:Q", title=words(f"column.{figure}"), axis=alt.Axis(format=kind)),
            y=alt.Y(
                "segment:N",
                title=None,
                sort=alt.EncodingSortField(figure, order="descending"),
                axis=alt.Axis(labelExpr=names_expression(marts, words)),
            ),
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
