"""Two builds of the same project side by side: relations written as files, compared row by row.

Rows are matched by the key that the project itself states for the relation (its test
`unique_combination`). Labels, texts, dates, booleans and whole numbers must be equal, other numbers
equal to `RELATIVE`; nulls equal nulls; lists and structs are compared element by element. Columns
that say when or by which run something was built (column meta `of_the_build: true`) are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from coterie.warehouse import quoted

#: Numbers may differ by this share of the larger one: engines do not round logarithms alike.
RELATIVE = 1e-9
#: Differences up to this are none: what is left of numbers that cancel out is rounding.
FLOOR = 1e-12
#: How many examples are shown of each difference.
EXAMPLES = 3
# Longest text of one value in the report; the JSON holds all of it.
VALUE_WIDTH = 40

WHOLE = {
    *("tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
}
NUMBERS = {*WHOLE, "float", "double", "decimal"}

# How two values are compared: "exact", "whole" and "number", or a list or struct of such.
Kind = str | tuple[str, "Kind"] | tuple[str, tuple[tuple[str, "Kind"], ...]]


class ParityError(Exception):
    """The two sides cannot be compared; the message says why, one line for each reason."""


@dataclass(frozen=True)
class Grain:
    """What the project says of a relation's rows: their key, and the columns that vary by build."""

    key: tuple[str, ...]
    of_the_build: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ColumnDifference:
    """A column that differs in some rows; examples are (key, left, right)."""

    column: str
    rows: int
    largest_relative: float | None
    examples: list[tuple[dict[str, Any], Any, Any]]


@dataclass(frozen=True)
class RelationComparison:
    """How the rows of one relation compare; `largest_relative` is of all its numbers."""

    relation: str
    key: tuple[str, ...]
    rows_left: int
    rows_right: int
    only_left: int
    only_right: int
    largest_relative: float | None = None
    examples_only_left: list[dict[str, Any]] = field(default_factory=list)
    examples_only_right: list[dict[str, Any]] = field(default_factory=list)
    columns: list[ColumnDifference] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything at all differs."""
        return bool(self.only_left or self.only_right or self.columns)


def read_grains(manifest: Path) -> dict[str, Grain]:
    """Key and varying columns of every model that has a key, from dbt's manifest.

    Parameters
    ----------
    manifest
        ``manifest.json``, as dbt writes it whenever it reads the project.

    Raises
    ------
    ParityError
        If there is none.
    """
    if not manifest.is_file():
        raise ParityError(f"There is no {manifest}, which names the keys: run `dbt parse` first.")
    nodes = json.loads(manifest.read_text())["nodes"]
    grains: dict[str, Grain] = {}
    for test in nodes.values():
        metadata = test.get("test_metadata") or {}
        node = nodes.get(test.get("attached_node"))
        # The first one, where a model has several keys.
        if metadata.get("name") != "unique_combination" or not node or node["name"] in grains:
            continue
        grains[node["name"]] = Grain(
            key=tuple(metadata["kwargs"]["columns"]),
            of_the_build=frozenset(
                name
                for name, column in node["columns"].items()
                if column.get("meta", {}).get("of_the_build")
            ),
        )
    return grains


def compare_folders(
    left: Path, right: Path, grains: Mapping[str, Grain]
) -> list[RelationComparison]:
    """Compare two folders that hold one folder of Parquet files for each relation.

    Parameters
    ----------
    left, right
        Folders as the operation ``coterie.write_marts`` writes them.
    grains
        Key and varying columns by relation; see `read_grains`.

    Raises
    ------
    ParityError
        If a folder, a relation or a column is missing on one side, the types of a column cannot be
        compared, or a key is repeated. All such reasons are told at once.
    """
    for folder in (left, right):
        if not folder.is_dir():
            raise ParityError(f"There is no folder {folder}.")
    found = {folder: _relations(folder) for folder in (left, right)}
    if not found[left] and not found[right]:
        raise ParityError(f"Neither {left} nor {right} holds a folder with Parquet files.")
    reasons = [
        f"{relation} is missing in {folder}."
        for folder, other in ((left, right), (right, left))
        for relation in sorted(found[other] - found[folder])
    ]
    results = []
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for relation in sorted(found[left] & found[right]):
            try:
                if relation not in grains:
                    raise ParityError(
                        f"{relation} has no key: no model of that name has a unique_combination "
                        "test in the manifest."
                    )
                results.append(
                    _compare(connection, relation, left / relation, right / relation, grains)
                )
            except ParityError as error:
                reasons.append(str(error))
    if reasons:
        raise ParityError("\n".join(reasons))
    return results


def print_comparison(results: list[RelationComparison], console: Console) -> None:
    """Print one line for each relation, then what differs with examples."""
    table = Table(box=None, pad_edge=False)
    table.add_column("relation", no_wrap=True)
    for heading in ("left", "right", "only left", "only right", "columns differ", "largest share"):
        table.add_column(heading, justify="right")
    for result in results:
        table.add_row(
            result.relation,
            f"{result.rows_left:,}",
            f"{result.rows_right:,}",
            f"{result.only_left:,}",
            f"{result.only_right:,}",
            f"{len(result.columns):,}",
            _share(result.largest_relative),
            style="bold" if result.differs else None,
        )
    console.print(table)
    for result in results:
        _print_differences(result, console)
    differing = [result.relation for result in results if result.differs]
    if differing:
        console.print(f"\n{len(differing)} of {len(results)} relations differ.", style="bold")
    else:
        console.print(f"\nAll {len(results)} relations are equal.", style="bold")


def comparison_to_json(results: list[RelationComparison]) -> str:
    """Give the comparison as JSON; dates and decimals as text."""
    pages = [{**asdict(result), "differs": result.differs} for result in results]
    return json.dumps(pages, default=str, indent=2, ensure_ascii=False)


def _print_differences(result: RelationComparison, console: Console) -> None:
    def say(text: str, *, style: str | None = None) -> None:
        console.print(text, style=style, soft_wrap=True, markup=False)

    for side, count, examples in (
        ("left", result.only_left, result.examples_only_left),
        ("right", result.only_right, result.examples_only_right),
    ):
        if count:
            say(f"\n{result.relation}: {count:,} keys only {side}", style="bold")
            for key in examples:
                say(f"  {_key_text(key)}")
    for column in result.columns:
        share = _share(column.largest_relative)
        worst = f", by {share} of the value at most" if column.largest_relative else ""
        say(f"\n{result.relation}.{column.column}: {column.rows:,} rows{worst}", style="bold")
        for key, left_value, right_value in column.examples:
            say(f"  {_key_text(key)}: {_short(left_value)} | {_short(right_value)}")


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1e}" if value else "0"


def _key_text(key: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in key.items())


def _short(value: Any) -> str:
    text = "null" if value is None else repr(value) if isinstance(value, float) else str(value)
    return text if len(text) <= VALUE_WIDTH else text[: VALUE_WIDTH - 1] + "…"


def _relations(folder: Path) -> set[str]:
    return {files.name for files in folder.iterdir() if any(files.glob("*.parquet"))}


def _compare(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    left: Path,
    right: Path,
    grains: Mapping[str, Grain],
) -> RelationComparison:
    grain = grains[relation]
    folders = {"l": left, "r": right}
    types = {side: _open(connection, side, folder) for side, folder in folders.items()}
    columns = _shared_columns(relation, grain, types, folders)
    for side, folder in folders.items():
        _refuse_repeated_keys(connection, relation, grain.key, side, folder)

    names = list(columns)
    same_key = " and ".join(f"l.{quoted(k)} is not distinct from r.{quoted(k)}" for k in grain.key)
    matched = f"from l join r on {same_key}"
    only = {side: f"from {side} anti join {other} on {same_key}" for side, other in ("lr", "rl")}
    differs = {
        name: differs_sql(f"l.{quoted(name)}", f"r.{quoted(name)}", columns[name]) for name in names
    }
    relative = [
        _relative(f"l.{quoted(name)}", f"r.{quoted(name)}", columns[name]) for name in names
    ]

    def figures(expressions: list[str], source: str) -> tuple[Any, ...]:
        row = connection.execute(f"select {', '.join(expressions)} {source}").fetchone()
        return row or ()

    def examples(side: str, values: str, source: str) -> list[tuple[Any, ...]]:
        key = ", ".join(f"{side}.{quoted(column)}" for column in grain.key)
        rows = connection.execute(
            f"select {key}{values} {source} order by {key} limit {EXAMPLES}"
        ).fetchall()
        width = len(grain.key)
        return [(dict(zip(grain.key, row, strict=False)), *row[width:]) for row in rows]

    counts = figures(
        ["count(*)", *(f"count(*) filter (where {differs[name]})" for name in names)], matched
    )[1:]
    worst = figures(["count(*)", *(f"max({share})" for share in relative)], matched)[1:]
    return RelationComparison(
        relation=relation,
        key=grain.key,
        rows_left=figures(["count(*)"], "from l")[0],
        rows_right=figures(["count(*)"], "from r")[0],
        only_left=figures(["count(*)"], only["l"])[0],
        only_right=figures(["count(*)"], only["r"])[0],
        largest_relative=max((share for share in worst if share is not None), default=None),
        examples_only_left=[key for (key,) in examples("l", "", only["l"])],
        examples_only_right=[key for (key,) in examples("r", "", only["r"])],
        columns=[
            ColumnDifference(
                column=name,
                rows=rows,
                largest_relative=share,
                examples=examples(
                    "l",
                    f", l.{quoted(name)}, r.{quoted(name)}",
                    f"{matched} where {differs[name]}",
                ),
            )
            for name, rows, share in zip(names, counts, worst, strict=True)
            if rows
        ],
    )


def _open(connection: duckdb.DuckDBPyConnection, side: str, folder: Path) -> dict[str, Any]:
    """Make a view over the files, timestamps in UTC without a zone; give its columns' types."""
    files = str(folder / "*.parquet").replace("'", "''")
    source = connection.sql(f"select * from read_parquet('{files}')")
    expressions = [
        f"{quoted(name)} at time zone 'UTC' as {quoted(name)}"
        if kind.id == "timestamp with time zone"
        else quoted(name)
        for name, kind in zip(source.columns, source.types, strict=True)
    ]
    connection.execute(
        f"create or replace temp view {side} as "
        f"select {', '.join(expressions)} from read_parquet('{files}')"
    )
    view = connection.sql(f"select * from {side}")
    return dict(zip(view.columns, view.types, strict=True))


def _shared_columns(
    relation: str, grain: Grain, types: dict[str, dict[str, Any]], folders: dict[str, Path]
) -> dict[str, Kind]:
    """Columns to compare, but for the key, and how each is compared."""
    left_out = grain.of_the_build - set(grain.key)
    reasons = [
        f"{relation} has no column {name} in {folders[side].parent}."
        for side, other in ("lr", "rl")
        for name in dict.fromkeys([*types[other], *grain.key])
        if name not in types[side] and name not in left_out
    ]
    columns = {}
    for name in types["l"]:
        if name in left_out or name not in types["r"]:
            continue
        kind = kind_of(types["l"][name], types["r"][name])
        if kind is None:
            reasons.append(
                f"{relation}.{name} is {types['l'][name]} in {folders['l'].parent} and "
                f"{types['r'][name]} in {folders['r'].parent}."
            )
        elif name not in grain.key:
            columns[name] = kind
    if reasons:
        raise ParityError("\n".join(reasons))
    return columns


def _refuse_repeated_keys(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    key: tuple[str, ...],
    side: str,
    folder: Path,
) -> None:
    names = ", ".join(quoted(column) for column in key)
    repeated = connection.execute(
        f"select {names}, count(*) from {side} group by {names} having count(*) > 1 "
        "order by all limit 1"
    ).fetchone()
    if repeated:
        first = _key_text(dict(zip(key, repeated, strict=False)))
        raise ParityError(
            f"{relation} in {folder.parent} repeats its key ({', '.join(key)}): "
            f"{repeated[-1]} rows with {first}."
        )


def kind_of(left: Any, right: Any) -> Kind | None:
    """How values of two types are compared; None if they cannot be."""
    if left.id in NUMBERS and right.id in NUMBERS:
        return "whole" if left.id in WHOLE and right.id in WHOLE else "number"
    if left.id == right.id == "list":
        element = kind_of(left.children[0][1], right.children[0][1])
        return element and ("list", element)
    if left.id == right.id == "struct":
        fields = {name: (kind, dict(right.children).get(name)) for name, kind in left.children}
        kinds = [(name, other and kind_of(kind, other)) for name, (kind, other) in fields.items()]
        same_names = [name for name, _ in left.children] == [name for name, _ in right.children]
        return ("struct", tuple(kinds)) if same_names and all(kind for _, kind in kinds) else None
    return "exact" if left == right else None


def differs_sql(left: str, right: str, kind: Kind) -> str:
    """Write the SQL condition, never null, that two values differ."""
    if kind in ("exact", "whole"):
        return f"{left} is distinct from {right}"
    nulls_differ = f"({left} is null) <> ({right} is null)"
    if kind == "number":
        x, y = f"cast({left} as double)", f"cast({right} as double)"
        is_near = (
            f"isfinite({x}) and isfinite({y}) and "
            f"abs({x} - {y}) <= greatest({FLOOR!r}, {RELATIVE!r} * greatest(abs({x}), abs({y})))"
        )
        return f"coalesce(not ({x} = {y} or ({is_near})), {nulls_differ})"
    if kind[0] == "list":
        position, positions, elements = _elements(left, right)
        return (
            f"coalesce(len({left}) <> len({right}) or len(list_filter({positions}, "
            f"lambda {position}: {differs_sql(*elements, kind[1])})) > 0, {nulls_differ})"
        )
    fields = (differs_sql(*_fields(left, right, name), child) for name, child in kind[1])
    return f"({' or '.join([nulls_differ, *fields])})"


def _relative(left: str, right: str, kind: Kind) -> str:
    """Write the SQL of the relative difference of two numbers, the largest one in a list."""
    if kind in ("whole", "number"):
        x, y = f"cast({left} as double)", f"cast({right} as double)"
        return (
            f"case when isfinite({x}) and isfinite({y}) then "
            f"case when abs({x} - {y}) <= {FLOOR!r} then 0.0 "
            f"else abs({x} - {y}) / greatest(abs({x}), abs({y})) end end"
        )
    if kind[0] == "list":
        position, positions, elements = _elements(left, right)
        share = _relative(*elements, kind[1])
        return f"list_max(list_transform({positions}, lambda {position}: {share}))"
    if kind[0] == "struct":
        shares = (_relative(*_fields(left, right, name), child) for name, child in kind[1])
        return f"greatest({', '.join(shares)})"
    return "cast(null as double)"


def _elements(left: str, right: str) -> tuple[str, str, tuple[str, str]]:
    """Name and range of the positions in two lists, and the elements at one; names nest."""
    position = f"i{left.count('[')}"
    positions = f"range(1, len({left}) + 1)"
    return position, positions, (f"{left}[{position}]", f"{right}[{position}]")


def _fields(left: str, right: str, name: str) -> tuple[str, str]:
    key = name.replace("'", "''")
    return f"struct_extract({left}, '{key}')", f"struct_extract({right}, '{key}')"
