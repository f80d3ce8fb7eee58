"""What all charts share: colours, themes, small pieces of Altair."""

from typing import Any

import altair as alt

from coterie.dashboard.marts import NONE, Marts
from coterie.dashboard.words import Words

# Okabe and Ito's colours for all kinds of colour vision, the dark ones first; their yellow is
# darker here, or it would not be seen on white, and a brown takes the place of black.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#B8A000", "#8C5E2A")
ACCENT = PALETTE[0]
CONTRAST = PALETTE[1]
GREY = "#7F7F7F"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_THEMES = {
    "light": {
        "text": "#1c2733",
        "muted": "#55606c",
        "grid": "#e4e8ec",
        "domain": "#aab4be",
        "accent": ACCENT,
    },
    "dark": {
        "text": "#e8edf2",
        "muted": "#a9b4bf",
        "grid": "#2c3742",
        "domain": "#5a6773",
        "accent": "#56B4E9",
    },
}


def themes() -> dict[str, dict[str, Any]]:
    """Vega-Lite configurations, light and dark, given to every chart when it is drawn."""
    return {name: _theme(**colours) for name, colours in _THEMES.items()}


def _theme(text: str, muted: str, grid: str, domain: str, accent: str) -> dict[str, Any]:
    return {
        "background": "transparent",
        "font": FONT,
        # The picture is one image to a screen reader; its table holds the figures.
        "aria": False,
        "view": {"stroke": None},
        "axis": {
            "labelColor": muted,
            "titleColor": muted,
            "titleFontWeight": "normal",
            "labelFontSize": 12,
            "titleFontSize": 12,
            "gridColor": grid,
            "domainColor": domain,
            "tickColor": domain,
            "labelLimit": 220,
        },
        "axisY": {"domain": False, "ticks": False, "labelPadding": 8},
        "legend": {
            "labelColor": text,
            "titleColor": muted,
            "titleFontWeight": "normal",
            "titleLimit": 320,
            "labelFontSize": 12,
            "orient": "top",
            "labelLimit": 240,
            "symbolType": "circle",
            "columns": 2,
        },
        "header": {"labelColor": text, "titleColor": muted, "labelFontSize": 13},
        "title": {"color": text, "fontSize": 13, "anchor": "start", "fontWeight": 600},
        "text": {"color": text, "fontSize": 12},
        "line": {"strokeWidth": 2.5, "color": accent},
        "bar": {"color": accent, "cornerRadiusEnd": 3},
        "point": {"color": accent, "filled": True, "size": 50},
        "rule": {"color": muted},
        "rect": {"color": accent},
        "area": {"color": accent},
    }


def segment_colours(marts: Marts) -> dict[str, str]:
    """Colour of each segment, the same in all charts; a micro-segment has its segment's."""
    colours: dict[str, str] = {}
    for level in ("macro", "segment"):
        ids = [row["segment_id"] for row in marts.segments if row["level"] == level]
        colours |= {name: PALETTE[at % len(PALETTE)] for at, name in enumerate(sorted(ids))}
    for row in marts.segments:
        if row["level"] == "micro":
            colours[row["segment_id"]] = colours.get(row["parent_segment_id"], PALETTE[-1])
    return colours


def segment_scale(marts: Marts, level: str | None = None) -> alt.Scale:
    """Scale that gives each segment's id its colour; of one level where there is a legend."""
    colours = segment_colours(marts)
    if level is not None:
        own = {row["segment_id"] for row in marts.segments if row["level"] == level}
        return alt.Scale(
            domain=[name for name in colours if name in own],
            range=[colour for name, colour in colours.items() if name in own],
        )
    return alt.Scale(domain=[*colours, NONE], range=[*colours.values(), GREY])


def names_expression(marts: Marts, words: Words) -> str:
    """Vega expression of what an axis or a legend writes for a segment's id."""
    names = {**marts.segment_names[words.language], NONE: words(f"value.segment.{NONE}")}
    pairs = ", ".join(f"{_text(name)}: {_text(called)}" for name, called in sorted(names.items()))
    return f"({{{pairs}}})[datum.value] || datum.label"


def values_expression(marts: Marts, words: Words, labels: str) -> str:
    """Vega expression of what is written for a value that words have a name for."""
    start = f"value.{labels}."
    pairs = {
        key.removeprefix(start): text for key, text in words.texts.items() if key.startswith(start)
    }
    if labels == "country":
        pairs |= {code: code for code in marts.countries}
    written = ", ".join(f"{_text(value)}: {_text(text)}" for value, text in pairs.items())
    return f"({{{written}}})[datum.value] || datum.label"


def segment_axis(marts: Marts, words: Words, sort: str | None = None) -> alt.Y:
    """Vertical axis of segments by name, by id or by a falling figure.

    A name of two parts stands in two lines, or a narrow screen would cut it.
    """
    return alt.Y(
        "segment:N",
        title=None,
        sort=alt.EncodingSortField(sort, order="descending") if sort else "ascending",
        axis=alt.Axis(labelExpr=f"split({names_expression(marts, words)}, ', ')"),
    )


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def chart(table: str, **options: Any) -> alt.Chart:
    """Start a chart of a table, as wide as the page lets it be."""
    return alt.Chart(alt.NamedData(table), width="container", **options)


def spec(drawn: Any) -> dict[str, Any]:
    """Vega-Lite spec of a chart, without data and without Altair's own configuration."""
    # What is drawn does not depend on the data: the tests hold each spec against the schema.
    result = drawn.to_dict(validate=False, context={"datasets": {}})
    result.pop("config", None)
    result.pop("datasets", None)
    result["autosize"] = {"type": "fit-x", "contains": "padding"}
    return result
