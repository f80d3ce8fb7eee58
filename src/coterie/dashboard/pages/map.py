"""Map: where the segments lie, as counts of bins, and how they join to a tree."""

from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Block,
    Chart,
    Column,
    Heading,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import chart, names_expression, segment_scale, spec
from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.suppression import suppress
from coterie.dashboard.words import Words

# Bins along an axis: as many as give the average bin of customers spread evenly the fewest that are
# shown, within what an eye tells apart.
BINS_MIN, BINS_MAX = 8, 40


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page and its tables."""
    tables: list[Table] = []
    blocks: list[Block] = [Prose("map.how")]
    sources = (
        ("tsne", "segment_map", "tsne_x", "tsne_y", _draw_command()),
        ("pca", "customer_segments", "pca_1", "pca_2", "dbt build"),
    )
    for name, model, across, up, command in sources:
        table = marts.once(
            f"map_{name}",
            lambda name=name, model=model, across=across, up=up: _bins(
                marts, f"map_{name}", model, across, up
            ),
        )
        blocks.append(Heading(f"map_{name}"))
        if table is None:
            blocks.append(Missing(model, command))
            continue
        tables.append(table)
        blocks.append(Chart(table.name, _bins_spec(marts, words, table.name), table.name))
    blocks.append(Heading("dendrogram"))
    if marts.has("segment_dendrogram"):
        tables.append(_tree(marts))
        blocks.append(Chart("dendrogram", _tree_spec(marts, words), "dendrogram"))
    else:
        blocks.append(Missing("segment_dendrogram", "dbt build --vars '{retrain: true}'"))
    return Page("map", tuple(blocks)), tables


def _draw_command() -> str:
    return "dbt build --select segment_map_vectors+ --vars '{segment_map_rows: 2000}'"


def _bins(marts: Marts, name: str, model: str, across: str, up: str) -> Table | None:
    """Count customers by bin and segment; bins of too few are left out and counted together."""
    if not marts.has(model):
        return None
    relation = marts.relation(model)
    ((customers, left, right, low, high),) = marts.rows(
        f"""
        select count(*), min({across}), max({across}), min({up}), max({up})
        from {relation}
        where {across} is not null and {up} is not null
        """
    )
    if not customers:
        return None
    bins = int((customers / marts.min_cell_size) ** 0.5)
    bins = min(BINS_MAX, max(BINS_MIN, bins))
    rows = marts.rows(
        f"""
        with binned as (
            select
                coalesce(segment_id, '{NONE}') as segment,
                least($bins - 1, floor(($bins * ({across} - $left)) / $width))::int as bin_x,
                least($bins - 1, floor(($bins * ({up} - $low)) / $height))::int as bin_y
            from {relation}
            where {across} is not null and {up} is not null
        )

        select segment, bin_x || ' ' || bin_y as bin, any_value(bin_x), any_value(bin_y), count(*)
        from binned
        group by 1, 2
        union all
        select segment, '{ALL}', null, null, count(*) from binned group by 1
        order by 1, 2
        """,
        {
            "bins": bins,
            "left": left,
            "width": (right - left) or 1,
            "low": low,
            "height": (high - low) or 1,
        },
    )
    # The size of a segment is shown elsewhere, and those of the hidden bins follow from it.
    shown = suppress(rows, count=4, by=[0], dimensions=[1], minimum=marts.min_cell_size)
    return Table(
        name,
        (
            Column("segment", "text", "segment"),
            Column("map_x", "number"),
            Column("map_y", "number"),
            Column("customers", "integer"),
        ),
        [
            (
                segment,
                left + (bin_x + 0.5) * (right - left) / bins,
                low + (bin_y + 0.5) * (high - low) / bins,
                count,
            )
            for segment, bin_, bin_x, bin_y, count in shown
            if bin_ != ALL and count is not HIDDEN
        ],
    )


def _bins_spec(marts: Marts, words: Words, table: str) -> dict[str, Any]:
    def axis(name: str) -> dict[str, Any]:
        return {
            "title": words(f"column.{name}"),
            "axis": alt.Axis(labels=False, ticks=False, grid=False),
            "scale": alt.Scale(zero=False, nice=False, padding=12),
        }

    return spec(
        chart(table, height=460)
        .mark_circle(opacity=0.7)
        .encode(
            x=alt.X("map_x:Q", **axis("map_x")),
            y=alt.Y("map_y:Q", **axis("map_y")),
            size=alt.Size(
                "customers:Q",
                title=words("column.customers"),
                scale=alt.Scale(type="sqrt", range=[40, 600]),
                legend=None,
            ),
            color=alt.Color(
                "segment:N",
                title=None,
                scale=segment_scale(marts, level="segment"),
                legend=alt.Legend(labelExpr=names_expression(marts, words)),
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip("customers:Q", title=words("column.customers"), format=",.0f"),
            ],
        )
    )


def _nodes(marts: Marts) -> list[dict[str, Any]]:
    return marts.records(f"select * from {marts.relation('segment_dendrogram')} order by node")


def _tree(marts: Marts) -> Table:
    """List the links of the tree in the order in which segments join."""
    nodes = {node["node"]: node for node in _nodes(marts)}

    def members(number: int) -> list[str]:
        node = nodes[number]
        if node["segment_id"] is not None:
            return [node["segment_id"]]
        return [*members(node["left_node"]), *members(node["right_node"])]

    def called(number: int) -> dict[str, str]:
        return {
            language: " + ".join(names.get(segment, segment) for segment in members(number))
            for language, names in marts.segment_names.items()
        }

    links = [node for node in nodes.values() if node["segment_id"] is None]
    return Table(
        "dendrogram",
        (
            Column("left", "text"),
            Column("right", "text"),
            Column("height", "number"),
        ),
        [
            (called(node["left_node"]), called(node["right_node"]), node["height"])
            for node in sorted(links, key=lambda node: (node["height"], node["node"]))
        ],
    )


def _tree_spec(marts: Marts, words: Words) -> dict[str, Any]:
    """Draw the tree from left to right; its lines are figures of the model, not of customers."""
    nodes = {node["node"]: node for node in _nodes(marts)}
    places: dict[int, float] = {}
    leaves: list[str] = []
    lines: list[dict[str, float]] = []

    def place(number: int) -> float:
        node = nodes[number]
        if node["segment_id"] is not None:
            leaves.append(node["segment_id"])
            places[number] = len(leaves) - 1.0
            return places[number]
        ends = [
            (place(child), nodes[child]["height"])
            for child in (node["left_node"], node["right_node"])
        ]
        height = node["height"]
        lines.extend({"x": low, "x2": height, "y": at, "y2": at} for at, low in ends)
        lines.append({"x": height, "x2": height, "y": ends[0][0], "y2": ends[1][0]})
        places[number] = (ends[0][0] + ends[1][0]) / 2
        return places[number]

    children = {node[side] for node in nodes.values() for side in ("left_node", "right_node")}
    for root in sorted(set(nodes) - children):
        place(root)
    names = marts.segment_names[words.language]
    drawn = (
        chart("dendrogram", height=36 * max(len(leaves), 2))
        .mark_rule(strokeWidth=2)
        .encode(
            x=alt.X("x:Q", title=words("column.height"), axis=alt.Axis(grid=False, tickCount=5)),
            x2="x2:Q",
            y=alt.Y(
                "y:Q",
                title=None,
                scale=alt.Scale(domain=[-0.5, len(leaves) - 0.5], reverse=True),
                axis=alt.Axis(
                    values=list(range(len(leaves))),
                    grid=False,
                    labelExpr=_leaf_expression([names.get(leaf, leaf) for leaf in leaves]),
                ),
            ),
            y2="y2:Q",
        )
    )
    # Lines of a drawing are no table that anybody would read.
    return {**spec(drawn), "data": {"values": lines}}


def _leaf_expression(names: list[str]) -> str:
    texts = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names)
    return f"split([{texts}][datum.value], ', ')"
