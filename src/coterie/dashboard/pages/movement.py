"""Movement: who goes from which segment to which, and what trainings made of the segments."""

from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Block,
    Chart,
    Column,
    Heading,
    Listing,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import (
    chart,
    names_expression,
    segment_axis,
    spec,
    values_expression,
)
from coterie.dashboard.cubes import DIMENSIONS, segment_dimensions
from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.suppression import suppress
from coterie.dashboard.words import Words


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page and its tables."""
    tables: list[Table] = []
    blocks: list[Block] = [Heading("segment_flows")]
    if not marts.has("segment_flows"):
        blocks.append(Missing("segment_flows", "dbt build"))
    elif marts.previous_publication is None and not _has_moves(marts):
        blocks.append(Prose("movement.first"))
    else:
        flows = _flows(marts)
        tables += [_flows_table(flows), _turnover(flows)]
        blocks += [
            Prose("movement.how"),
            Chart("segment_flows", _flows_spec(marts, words), "segment_flows"),
            Chart("segment_turnover", _turnover_spec(marts, words), "segment_turnover"),
        ]
    blocks.append(Heading("segment_lineage"))
    if marts.has("segment_lineage"):
        tables.append(_lineage(marts))
        blocks.append(Listing("segment_lineage", "segment_lineage"))
    else:
        blocks.append(Missing("segment_lineage", "dbt build"))
    blocks.append(Heading("dimension_overlap"))
    if marts.has("customer_dimensions"):
        tables += [_overlap(marts, dimension) for dimension in DIMENSIONS]
        blocks.append(Prose("movement.overlap"))
        blocks += [
            Chart(
                f"overlap_{dimension}",
                _overlap_spec(marts, words, dimension),
                f"overlap_{dimension}",
                is_half=True,
            )
            for dimension in DIMENSIONS
        ]
    else:
        blocks.append(Missing("customer_dimensions", "dbt build"))
    return Page("movement", tuple(blocks)), tables


def _has_moves(marts: Marts) -> bool:
    return bool(
        marts.rows(
            f"select 1 from {marts.relation('segment_flows')} where from_date is not null limit 1"
        )
    )


def _flows(marts: Marts) -> list[tuple[Any, ...]]:
    """Count moves of the last publication by cause: cause, from, to, customers, share; suppressed.

    Where segments stand in the total of each row and column, so do they elsewhere: the totals are
    there for the suppression only.
    """
    rows = marts.rows(
        f"""
        select
            moved_by,
            coalesce(from_segment_id, '{ALL}') as from_segment,
            coalesce(to_segment_id, '{ALL}') as to_segment,
            sum(customers)::bigint as customers
        from {marts.relation("segment_flows")}
        where publication_id = $last
        group by grouping sets (
            (moved_by, from_segment_id, to_segment_id), (moved_by, from_segment_id),
            (moved_by, to_segment_id), (moved_by)
        )
        order by 1, 2, 3
        """,
        {"last": marts.publication["publication_id"]},
    )
    wholes = {(cause, start): count for cause, start, end, count in rows if end == ALL}
    shared = [(*row, row[3] / wholes[row[:2]] if wholes[row[:2]] else None) for row in rows]
    return suppress(
        shared, count=3, figures=[4], by=[0], dimensions=[1, 2], minimum=marts.min_cell_size
    )


def _flows_table(flows: list[tuple[Any, ...]]) -> Table:
    return Table(
        "segment_flows",
        (
            Column("moved_by", "text", "moved_by"),
            Column("from_segment", "text", "segment"),
            Column("to_segment", "text", "segment"),
            Column("customers", "integer"),
            Column("share_of_from", "share"),
        ),
        [row for row in flows if ALL not in row[1:3]],
    )


def _turnover(flows: list[tuple[Any, ...]]) -> Table:
    """Sum up entries and exits; a sum with a hidden part is hidden, as it might give it away."""
    segments = sorted({row[1] for row in flows} | {row[2] for row in flows} - {ALL})
    rows: list[tuple[Any, ...]] = []
    for segment in segments:
        if segment in {ALL, NONE}:
            continue
        moves = [row for row in flows if ALL not in row[1:3] and row[1] != row[2]]
        rows += [
            (segment, direction, _sum([row[3] for row in moves if row[place] == segment]))
            for direction, place in (("entries", 2), ("exits", 1))
        ]
    return Table(
        "segment_turnover",
        (
            Column("segment", "text", "segment"),
            Column("direction", "text", "direction"),
            Column("customers", "integer"),
        ),
        rows,
    )


def _sum(counts: list[Any]) -> Any:
    return HIDDEN if HIDDEN in counts else sum(counts)


def _flows_spec(marts: Marts, words: Words) -> dict[str, Any]:
    names = names_expression(marts, words)
    return spec(
        chart("segment_flows", height={"step": 34})
        .transform_filter("datum.moved_by != 'model'")
        .mark_rect()
        .encode(
            x=alt.X(
                "to_segment:N",
                title=words("column.to_segment"),
                axis=alt.Axis(
                    labelExpr=names, orient="top", labelAngle=30, labelAlign="right", labelLimit=240
                ),
            ),
            y=alt.Y(
                "from_segment:N",
                title=words("column.from_segment"),
                axis=alt.Axis(labelExpr=names),
            ),
            color=alt.Color(
                "share_of_from:Q",
                title=words("column.share_of_from"),
                scale=alt.Scale(scheme="blues", domain=[0, 1]),
                legend=alt.Legend(orient="bottom", gradientLength=180, format=".0%"),
            ),
            tooltip=[
                alt.Tooltip("from_segment_label:N", title=words("column.from_segment")),
                alt.Tooltip("to_segment_label:N", title=words("column.to_segment")),
                alt.Tooltip("customers:Q", title=words("column.customers"), format=",.0f"),
                alt.Tooltip("share_of_from:Q", title=words("column.share_of_from"), format=".1%"),
            ],
        )
    )


def _turnover_spec(marts: Marts, words: Words) -> dict[str, Any]:
    return spec(
        chart("segment_turnover", height={"step": 16})
        .mark_bar()
        .encode(
            x=alt.X("customers:Q", title=words("column.customers"), axis=alt.Axis(tickCount=5)),
            y=segment_axis(marts, words),
            yOffset=alt.YOffset("direction:N"),
            color=alt.Color(
                "direction:N",
                title=None,
                legend=alt.Legend(labelExpr=values_expression(marts, words, "direction")),
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip("direction_label:N", title=words("column.direction")),
                alt.Tooltip("customers:Q", title=words("column.customers"), format=",.0f"),
            ],
        )
    )


def _lineage(marts: Marts) -> Table:
    """List what each training made of the segments; the last one first."""
    rows = marts.rows(
        f"""
        select
            as_of_date, from_segment_id, to_segment_id, kind, customers_from, customers_to,
            overlap, share_of_from, share_of_to
        from {marts.relation("segment_lineage")}
        order by publication_id desc, coalesce(to_segment_id, from_segment_id), from_segment_id
        """
    )
    shown = [
        (*row[:4], *([HIDDEN] * 5 if few else row[4:]))
        for row, few in zip(rows, few_apart(rows, marts.min_cell_size), strict=True)
    ]
    return Table(
        "segment_lineage",
        (
            Column("as_of_date", "date"),
            Column("from_segment", "text", "segment"),
            Column("to_segment", "text", "segment"),
            Column("lineage_kind", "text", "lineage_kind"),
            Column("customers_from", "integer"),
            Column("customers_to", "integer"),
            Column("overlap", "integer"),
            Column("share_of_from", "share"),
            Column("share_of_to", "share"),
        ),
        shown,
    )


def few_apart(rows: list[tuple[Any, ...]], minimum: int) -> list[bool]:
    """Whether few customers are in a row, or are left of its segments beside what they share.

    Sizes less all that is shared tell how many went elsewhere or came from elsewhere.
    """
    left: dict[tuple[Any, ...], int] = {}
    for day, start, end, _, before, after, both, *_ in rows:
        for key, size in (((day, "from", start), before), ((day, "to", end), after)):
            if key[2] is not None and size is not None:
                left[key] = left.get(key, size) - (both or 0)

    def is_small(count: int | None) -> bool:
        return count is not None and 0 < count < minimum

    return [
        any(map(is_small, row[4:7]))
        or is_small(left.get((row[0], "from", row[1])) if row[6] is not None else None)
        or is_small(left.get((row[0], "to", row[2])) if row[6] is not None else None)
        for row in rows
    ]


def _overlap(marts: Marts, dimension: str) -> Table:
    return Table(
        f"overlap_{dimension}",
        (
            Column("level", "text", "level"),
            Column("segment", "text", "segment"),
            Column("value", "text", "value"),
            Column("customers", "integer"),
            Column("mix_share", "share"),
        ),
        [
            (level, segment, value, customers, share)
            for name, value, level, segment, customers, share in segment_dimensions(marts)
            if name == dimension
        ],
        ("level",),
    )


def _overlap_spec(marts: Marts, words: Words, dimension: str) -> dict[str, Any]:
    return spec(
        chart(f"overlap_{dimension}", height={"step": 32})
        .mark_rect()
        .encode(
            x=alt.X(
                "value:N",
                title=None,
                axis=alt.Axis(
                    orient="top",
                    labelAngle=30,
                    labelAlign="right",
                    labelExpr=values_expression(marts, words, "value"),
                ),
            ),
            y=segment_axis(marts, words),
            color=alt.Color(
                "mix_share:Q",
                title=words("column.mix_share"),
                scale=alt.Scale(scheme="blues", domain=[0, 1]),
                legend=alt.Legend(orient="bottom", gradientLength=140, format=".0%"),
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip("value_label:N", title=words(f"value.dimension.{dimension}")),
                alt.Tooltip("mix_share:Q", title=words("column.mix_share"), format=".1%"),
            ],
        )
    )
