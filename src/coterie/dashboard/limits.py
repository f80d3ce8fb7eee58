"""Limits and names in charts: a limit is a rule with its name on it."""

from collections.abc import Mapping
from typing import Any

import altair as alt


def limit_rule(base: alt.Chart, field: str, *, axis: str = "y", colour: str | None = None) -> Any:
    """Dashed rule at the value of a field, which is the same in all rows.

    Parameters
    ----------
    base
        Chart of the table, without encodings.
    field
        Field that holds the limit.
    axis
        Axis it is a value of: x or y.
    colour
        Colour of the measure it is the limit of, where there is more than one.
    """
    mark = {"strokeDash": [6, 4], "strokeWidth": 1.5} | ({"color": colour} if colour else {})
    return base.mark_rule(**mark).encode(**{axis: _limit(axis, field)})


def limit_label(base: alt.Chart, field: str, label: str, *, axis: str = "y") -> Any:
    """Name of a limit: below its rule at the right end, or left of it at the foot.

    It keeps the colour of text, which can be read in the light and in the dark.
    """
    if axis == "y":
        return base.mark_text(fontSize=11, align="right", baseline="top", dy=3).encode(
            y=_limit("y", field), x=alt.value("width"), text=alt.value(label)
        )
    return base.mark_text(fontSize=11, align="right", baseline="bottom", dx=-5, dy=-3).encode(
        x=_limit("x", field), y=alt.value("height"), text=alt.value(label)
    )


def constant_limit(base: alt.Chart, value: float, label: str, *, axis: str = "y") -> list[Any]:
    """Dashed rule with its name at a value that is the same in every warehouse."""
    # One row, or each row of the table would draw the rule again.
    once = base.transform_aggregate(rows="count()")
    at = alt.datum(value)
    rule = once.mark_rule(strokeDash=[6, 4], strokeWidth=1.5)
    if axis == "y":
        name = once.mark_text(fontSize=11, align="right", baseline="bottom", dy=-3)
        return [
            rule.encode(y=at),
            name.encode(y=at, x=alt.value("width"), text=alt.value(label)),
        ]
    name = once.mark_text(fontSize=11, align="right", baseline="top", dx=-5)
    return [rule.encode(x=at), name.encode(x=at, y=alt.value(0), text=alt.value(label))]


def lookup(names: Mapping[str, str], field: str) -> str:
    """Vega expression: the name of a field's value, or the value where it has none."""
    pairs = ", ".join(f"{text(value)}: {text(name)}" for value, name in names.items())
    return f"({{{pairs}}})[datum.{field}] || datum.{field}"


def text(value: str) -> str:
    """Text of a Vega expression."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ") + "'"


def called(words: Any, labels: str, value: str) -> str:
    """Name of a value; the value itself where the words have none."""
    key = f"value.{labels}.{value}"
    return words(key) if key in words else value


def _limit(axis: str, field: str) -> Any:
    return (alt.Y if axis == "y" else alt.X)(f"max({field}):Q")
