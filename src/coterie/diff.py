"""What changes between two publications: who moves, which marts, gates and models differ.

The two are publications of one warehouse, or the last ones of two files. An earlier publication is
read through the marts' own definitions over a list of publications that ends with it, which is how
the marts themselves go back. SQL does the comparing, and only counts leave it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from math import comb
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from rich.console import Console
from rich.table import Table

from coterie.marts import GRAINS, Layout, find_layout, marts
from coterie.parity import differs_sql, kind_of
from coterie.warehouse import WarehouseError, existing_warehouse, opening_problem, quoted

#: What DuckDB may hold in memory; beyond it, it writes to the temporary folder.
MEMORY = "2GB"
#: Moves and columns that a page shows; the JSON holds all of them.
SHOWN = 20
# The longest name of a mart, with the mark of a log.
NAME_WIDTH = 30

# Beside the key, columns that say of which day, build or model a row is: the head of the page does.
OF_THE_PUBLICATION = frozenset({"publication_id", "build_id", "as_of_date", "trained_at"})
OF_THE_MODEL = "model_version"
NO_SEGMENT, NEW, GONE = "no segment", "new", "gone"


@dataclass(frozen=True)
class Side:
    """A warehouse file and the number of a publication; without a number the last one."""

    path: Path
    publication_id: int | None = None


@dataclass(frozen=True)
class Publication:
    """One side of the comparison; `refused` are the gates a later candidate did not pass."""

    file: str
    publication_id: int
    as_of_date: date
    customers: int
    refused: list[str]


@dataclass(frozen=True)
class Customers:
    """How many are on both sides, and how many of those are in another segment.

    Models that were trained apart call the same segment by different ids, so two figures compare
    the segmentations whatever their segments are called: `moved_if_matched` counts the moves that
    stay when segments are paired by the customers they share, `adjusted_rand_index` is 1 where
    both divide the customers alike and about 0 where they do so by chance.
    """

    in_both: int
    arrived: int
    left: int
    moved: int
    moved_share: float | None
    moved_if_matched: int
    adjusted_rand_index: float | None


@dataclass(frozen=True)
class Segment:
    """A segment on both sides."""

    segment_id: str
    name_before: str | None
    name_after: str | None
    customers_before: int
    customers_after: int


@dataclass(frozen=True)
class Move:
    """Customers who go from one place to another, a place being a segment, none, new or gone."""

    from_segment: str
    to_segment: str
    customers: int


@dataclass(frozen=True)
class MartChange:
    """How the rows and columns of a mart differ.

    A log has rows for each publication, so it grows by nature and is no difference.
    """

    mart: str
    key: list[str]
    is_log: bool
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    changed_columns: dict[str, int] = field(default_factory=dict)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    columns_of_another_type: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether anything at all differs."""
        return bool(
            self.added
            or self.removed
            or self.changed
            or self.columns_added
            or self.columns_removed
            or self.columns_of_another_type
        )


@dataclass(frozen=True)
class GateChange:
    """A gate with another verdict; null where the gate was not there."""

    check_name: str
    passed_before: bool | None
    passed_after: bool | None
    figure_before: float | None
    figure_after: float | None
    limit_before: float | None
    limit_after: float | None


@dataclass(frozen=True)
class ModelChange:
    """The models in force of one kind, where they differ."""

    kind: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Diff:
    """All that changes from one publication to another."""

    before: Publication
    after: Publication
    customers: Customers
    segments: list[Segment]
    moves: list[Move]
    models: list[ModelChange]
    gates: list[GateChange]
    marts: list[MartChange]
    marts_added: list[str]
    marts_removed: list[str]

    @property
    def differs(self) -> bool:
        """Whether anything differs but the growth of logs."""
        return bool(
            self.moves
            or self.models
            or self.gates
            or self.marts_added
            or self.marts_removed
            or any(mart.differs and not mart.is_log for mart in self.marts)
        )


def diff_warehouses(before: Side, after: Side) -> Diff:
    """Compare two publications.

    Parameters
    ----------
    before, after
        Of the same file or of two. With one file and no number before, the publication before the
        other one is taken.

    Raises
    ------
    WarehouseError
        If a file or a publication is not there, or a mart cannot be compared.
    """
    files = {"before": existing_warehouse(before.path), "after": existing_warehouse(after.path)}
    with TemporaryDirectory(prefix="coterie-diff-") as temporary, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        spill = temporary.replace("'", "''")
        connection.execute(f"set temp_directory = '{spill}'")
        connection.execute("set preserve_insertion_order = false")
        is_one_file = files["before"].samefile(files["after"])
        _attach(connection, files["after"], "after_file")
        if not is_one_file:
            _attach(connection, files["before"], "before_file")
        layout_after = find_layout(connection, "after_file")
        layout_before = layout_after if is_one_file else find_layout(connection, "before_file")
        number_after = _publication_id(connection, layout_after, files["after"], after)
        number_before = _publication_id(
            connection,
            layout_before,
            files["before"],
            before,
            earlier_than=number_after if is_one_file else None,
        )
        publication_before = _open_side(connection, layout_before, before, number_before, "before")
        publication_after = _open_side(connection, layout_after, after, number_after, "after")
        return _diff(connection, publication_before, publication_after, layout_before, layout_after)


def diff_to_json(diff: Diff) -> str:
    """Give the comparison as JSON; dates as text."""
    return json.dumps(
        {"differs": diff.differs, **asdict(diff)}, default=str, indent=2, ensure_ascii=False
    )


def print_diff(diff: Diff, console: Console) -> None:
    """Print the comparison as tables; plain text when the console is no terminal."""

    def say(text: str, *, style: str | None = None) -> None:
        console.print(text, style=style, soft_wrap=True, markup=False)

    for number, (title, words, heads, rows) in enumerate(_parts(diff)):
        say(title if number == 0 else f"\n{title}", style="bold")
        for line in words:
            say(line)
        if rows:
            table = Table(box=None, pad_edge=False)
            for place, (head, is_number) in enumerate(heads):
                table.add_column(
                    head,
                    justify="right" if is_number else "left",
                    no_wrap=is_number,
                    # A narrow terminal breaks the other columns first.
                    min_width=min(NAME_WIDTH, max(len(row[0]) for row in rows)) if not place else 0,
                )
            for row in rows:
                table.add_row(*row)
            console.print(table)


def diff_to_markdown(diff: Diff) -> str:
    """Give the comparison as Markdown, fit for the comment of a pull request."""
    lines = []
    for number, (title, words, heads, rows) in enumerate(_parts(diff)):
        lines += [f"{'##' if number == 0 else '###'} {_escaped(title)}", ""]
        lines += [f"{_escaped(line)}  " for line in words] + ([""] if words else [])
        if rows:
            lines.append("| " + " | ".join(head for head, _ in heads) + " |")
            lines.append("|" + "|".join("---:" if number else "---" for _, number in heads) + "|")
            lines += ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows] + [""]
    return "\n".join(lines).rstrip("\n")


Part = tuple[str, list[str], list[tuple[str, bool]], list[tuple[str, ...]]]


def _parts(diff: Diff) -> Iterable[Part]:
    """Yield the page's parts: title, sentences, headings (and whether of numbers), rows."""
    yield _head(diff)
    names = {s.segment_id: s.name_after or s.name_before for s in diff.segments}

    def named(place: str) -> str:
        return f"{place} {names[place]}" if names.get(place) else place

    if diff.moves:
        rows = [
            (named(move.from_segment), named(move.to_segment), f"{move.customers:,}")
            for move in diff.moves[:SHOWN]
        ]
        title = f"Moves ({min(SHOWN, len(rows))} of {len(diff.moves)} pairs, the largest first)"
        yield title, [], [("from", False), ("to", False), ("customers", True)], rows
        yield (
            "Segments",
            [],
            [("segment", False), ("before", True), ("after", True), ("change", True)],
            [
                (
                    named(s.segment_id)
                    if s.name_before in (None, s.name_after) or s.name_after is None
                    else f"{s.segment_id} {s.name_before} → {s.name_after}",
                    f"{s.customers_before:,}",
                    f"{s.customers_after:,}",
                    f"{s.customers_after - s.customers_before:+,}",
                )
                for s in diff.segments
            ],
        )
    if diff.models:
        rows = [(m.kind, m.before or "none", m.after or "none") for m in diff.models]
        yield "Models", [], [("model", False), ("before", False), ("after", False)], rows
    if diff.gates:
        heads = [("gate", False), ("before", False), ("after", False)]
        yield "Gates", [], heads, [_gate_row(gate) for gate in diff.gates]
    yield from _mart_parts(diff)


def _head(diff: Diff) -> Part:
    before, after, customers = diff.before, diff.after, diff.customers
    is_one_file = before.file == after.file
    places = [
        f"{side}: publication {p.publication_id}{'' if is_one_file else f' of {p.file}'}, known at "
        f"the end of {p.as_of_date}, {p.customers:,} customers"
        for side, p in (("Before", before), ("After", after))
    ]
    share = "" if customers.moved_share is None else f" ({customers.moved_share:.1%})"
    words = [
        *places,
        f"{customers.moved:,} of {customers.in_both:,} customers change segment{share}, "
        f"{customers.arrived:,} arrive, {customers.left:,} leave.",
    ]
    if customers.moved != customers.moved_if_matched:
        words.append(
            "The segments have other ids: paired by the customers they share, "
            f"{customers.moved_if_matched:,} change."
        )
    if customers.adjusted_rand_index is not None and customers.moved:
        words.append(
            "Agreement of the two segmentations, whatever the segments are called (adjusted Rand "
            f"index): {customers.adjusted_rand_index:.3f}."
        )
    words += [
        f"{side}: a later candidate was refused by {', '.join(p.refused)}."
        for side, p in (("Before", before), ("After", after))
        if p.refused
    ]
    if not diff.differs:
        words.append("No difference.")
    return "What changes", words, [], []


def _gate_row(gate: GateChange) -> tuple[str, str, str]:
    def words(passed: bool | None, figure: float | None, limit: float | None) -> str:
        if passed is None:
            return "not there"
        figures = [
            f"{word} {value:.6g}"
            for word, value in (("figure", figure), ("limit", limit))
            if value is not None
        ]
        return ", ".join(["passed" if passed else "FAILED", *figures])

    return (
        gate.check_name,
        words(gate.passed_before, gate.figure_before, gate.limit_before),
        words(gate.passed_after, gate.figure_after, gate.limit_after),
    )


def _mart_parts(diff: Diff) -> Iterable[Part]:
    differing = [mart for mart in diff.marts if mart.differs]
    equal = len(diff.marts) - len(differing)
    words = [f"{equal:,} of {len(diff.marts):,} marts are equal."]
    if diff.marts_added:
        words.append(f"New: {', '.join(diff.marts_added)}.")
    if diff.marts_removed:
        words.append(f"Gone: {', '.join(diff.marts_removed)}.")
    heads = [
        ("mart", False),
        *((head, True) for head in ("before", "after", "added", "removed", "changed")),
        ("columns", False),
    ]
    rows = [
        (
            f"{mart.mart} (log)" if mart.is_log else mart.mart,
            *(
                f"{count:,}"
                for count in (
                    mart.rows_before,
                    mart.rows_after,
                    mart.added,
                    mart.removed,
                    mart.changed,
                )
            ),
            _column_words(mart),
        )
        for mart in differing
    ]
    yield "Marts", words, heads, rows


def _column_words(mart: MartChange) -> str:
    largest = sorted(mart.changed_columns.items(), key=lambda item: (-item[1], item[0]))
    few = 3
    words = [
        *(f"+{name}" for name in mart.columns_added),
        *(f"-{name}" for name in mart.columns_removed),
        *(f"{name}: another type" for name in mart.columns_of_another_type),
        *(f"{name} {rows:,}" for name, rows in largest[:few]),
    ]
    if len(largest) > few:
        words.append(f"{len(largest) - few} more")
    return ", ".join(words)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _attach(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    path = str(file).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as {name} (type duckdb, read_only)")
    except duckdb.Error as error:
        raise WarehouseError(opening_problem(file, error)) from error


def _publication_id(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    file: Path,
    side: Side,
    *,
    earlier_than: int | None = None,
) -> int:
    """Find the publication a side means; with `earlier_than`, the last before that one."""
    numbers = [
        number
        for (number,) in connection.execute(
            "select publication_id "
            f"from {layout.relation('publication', 'publications')} order by 1"
        ).fetchall()
    ]
    if not numbers:
        raise WarehouseError(
            f"{file} has not published anything yet: `coterie summary --warehouse {file}` says "
            "which gates did not pass."
        )
    if side.publication_id is not None:
        if side.publication_id not in numbers:
            raise WarehouseError(
                f"{file} holds no publication {side.publication_id}; it holds "
                f"{', '.join(map(str, numbers))} (var publications_kept says how many stay)."
            )
        return side.publication_id
    if earlier_than is None:
        return numbers[-1]
    earlier = [number for number in numbers if number < earlier_than]
    if not earlier:
        raise WarehouseError(
            f"{file} holds no publication before {earlier_than}: build once more, or name another "
            "warehouse file (--against)."
        )
    return earlier[-1]


def _open_side(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    side: Side,
    number: int,
    name: str,
) -> Publication:
    """Make a database with the marts and gates of a publication; give what is said of it."""
    publications = layout.relation("publication", "publications")
    checks = layout.relation("publication", "publication_checks")
    as_of_date, customers, last = connection.execute(
        "select max(as_of_date) filter (publication_id = $number), "
        "max(customers) filter (publication_id = $number), max(publication_id) "
        f"from {publications}",
        {"number": number},
    ).fetchone()
    connection.execute(f"attach ':memory:' as {name}")
    connection.execute(f"use {name}")
    connection.execute("create schema marts_compared")
    if number != last:
        _define_earlier(connection, layout, number)
    for mart in marts(connection, layout):
        source = layout if number == last else Layout(layout.prefix, layout.suffix, name)
        connection.execute(
            f"create view marts_compared.{quoted(mart)} as from {source.relation('marts', mart)}"
        )
    # Without a number, a side is what the last build left: its gates may have refused it.
    is_last = side.publication_id is None and number == last
    of_it = f"(select max(publication_id) from {checks})" if is_last else str(number)
    connection.execute(
        f"create view gates as select * from {checks} where publication_id = {of_it}"
    )
    refused = connection.execute(
        "select check_name from gates where not is_passed and publication_id > ? order by 1",
        [number],
    ).fetchall()
    return Publication(
        file=str(side.path),
        publication_id=number,
        as_of_date=as_of_date,
        customers=customers,
        refused=[check for (check,) in refused],
    )


def _define_earlier(connection: duckdb.DuckDBPyConnection, layout: Layout, number: int) -> None:
    """Define the marts anew, over a list of publications that ends with a number.

    What they read is looked through to the file, under the same names as there.
    """
    views = connection.execute(
        "select view_name, sql from duckdb_views() where database_name = ? and schema_name = ?",
        [layout.catalog, layout.schema("marts")],
    ).fetchall()
    published = marts(connection, layout)
    definitions = {name: sql for name, sql in views if name in published}
    if tables := [name for name in published if name not in definitions]:
        raise WarehouseError(
            f"No view, but a table that holds the last publication only: {', '.join(tables)} in "
            f"schema {layout.schema('marts')}. Compare two files (--against), or materialize the "
            "marts as views."
        )
    text = "\n".join(definitions.values())
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_catalog = ? and table_schema <> ?",
        [layout.catalog, layout.schema("marts")],
    ).fetchall()
    for schema in dict.fromkeys(schema for schema, _ in tables if schema in text):
        connection.execute(f"create schema if not exists {quoted(schema)}")
    for schema, table in tables:
        if schema not in text or table not in text:
            continue
        of_them = f"where publication_id <= {number}"
        is_list = (schema, table) == (layout.schema("publication"), "publications")
        connection.execute(
            f"create view {quoted(schema)}.{quoted(table)} as "
            f"from {quoted(layout.catalog)}.{quoted(schema)}.{quoted(table)} "
            f"{of_them if is_list else ''}"
        )
    connection.execute(f"create schema {quoted(layout.schema('marts'))}")
    for sql in definitions.values():
        connection.execute(sql)


def _diff(
    connection: duckdb.DuckDBPyConnection,
    before: Publication,
    after: Publication,
    layout_before: Layout,
    layout_after: Layout,
) -> Diff:
    found = {
        "before": marts(connection, layout_before),
        "after": marts(connection, layout_after),
    }
    shared = [mart for mart in found["after"] if mart in found["before"]]
    counts = connection.execute(
        """
        select
            l.customer_id is not null as was, r.customer_id is not null as is_now,
            l.segment_id, r.segment_id, count(*)
        from before.marts_compared.customer_segments as l
        full join after.marts_compared.customer_segments as r on l.customer_id = r.customer_id
        group by all
        """
    ).fetchall()
    return Diff(
        before=before,
        after=after,
        customers=_customers(counts),
        segments=_segments(connection, counts),
        moves=_moves(counts),
        models=_models(connection),
        gates=_gates(connection),
        marts=[_compare(connection, mart) for mart in shared],
        marts_added=[mart for mart in found["after"] if mart not in found["before"]],
        marts_removed=[mart for mart in found["before"] if mart not in found["after"]],
    )


# Whether before, whether after, segment before, segment after, customers.
Counts = list[tuple[bool, bool, str | None, str | None, int]]


def _customers(counts: Counts) -> Customers:
    both = [(old, new, count) for was, is_now, old, new, count in counts if was and is_now]
    in_both = sum(count for _, _, count in both)
    moved = sum(count for old, new, count in both if old != new)
    placed = {(old, new): count for old, new, count in both if old and new}
    return Customers(
        in_both=in_both,
        arrived=sum(count for was, _, _, _, count in counts if not was),
        left=sum(count for _, is_now, _, _, count in counts if not is_now),
        moved=moved,
        moved_share=moved / in_both if in_both else None,
        moved_if_matched=in_both
        - sum(count for old, new, count in both if old is None and new is None)
        - shared_by_pairs(placed),
        adjusted_rand_index=adjusted_rand_index(placed),
    )


def shared_by_pairs(counts: dict[tuple[str, str], int]) -> int:
    """Count customers who stay, when segments are paired to share as many as can be.

    Parameters
    ----------
    counts
        Customers by segment before and segment after.
    """
    if not counts:
        return 0
    # A second of import that only a comparison needs.
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415

    rows = sorted({row for row, _ in counts})
    columns = sorted({column for _, column in counts})
    table = [[counts.get((row, column), 0) for column in columns] for row in rows]
    pairs = zip(*linear_sum_assignment(table, maximize=True), strict=True)
    return sum(table[row][column] for row, column in pairs)


def adjusted_rand_index(counts: dict[tuple[str, str], int]) -> float | None:
    """Agreement of two divisions from the sizes of their intersections (Hubert and Arabie 1985).

    Parameters
    ----------
    counts
        Customers by pair of segments.

    Returns
    -------
    float or None
        1 where they are the same, 0 on average where they are independent; None where nothing can
        be said, because either division has one part only or there are no customers.
    """
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (row, column), count in counts.items():
        rows[row] += count
        columns[column] += count
    pairs = comb(sum(rows.values()), 2)
    together = sum(comb(count, 2) for count in counts.values())
    in_rows = sum(comb(count, 2) for count in rows.values())
    in_columns = sum(comb(count, 2) for count in columns.values())
    if not pairs:
        return None
    expected = in_rows * in_columns / pairs
    most = (in_rows + in_columns) / 2
    return None if most == expected else (together - expected) / (most - expected)


def _moves(counts: Counts) -> list[Move]:
    moves = [
        Move(
            from_segment=(old or NO_SEGMENT) if was else NEW,
            to_segment=(new or NO_SEGMENT) if is_now else GONE,
            customers=count,
        )
        for was, is_now, old, new, count in counts
        if not (was and is_now and old == new)
    ]
    return sorted(moves, key=lambda move: (-move.customers, move.from_segment, move.to_segment))


def _segments(connection: duckdb.DuckDBPyConnection, counts: Counts) -> list[Segment]:
    sizes_before: Counter[str] = Counter()
    sizes_after: Counter[str] = Counter()
    for was, is_now, old, new, count in counts:
        if was:
            sizes_before[old or NO_SEGMENT] += count
        if is_now:
            sizes_after[new or NO_SEGMENT] += count
    names = {
        side: dict(
            connection.execute(
                f"select segment_id, segment_name from {side}.marts_compared.segments "
                "where level = 'segment'"
            ).fetchall()
        )
        for side in ("before", "after")
    }
    segments = sorted({*sizes_before, *sizes_after, *names["before"], *names["after"]})
    return [
        Segment(
            segment_id=segment,
            name_before=names["before"].get(segment),
            name_after=names["after"].get(segment),
            customers_before=sizes_before[segment],
            customers_after=sizes_after[segment],
        )
        for segment in segments
    ]


def _models(connection: duckdb.DuckDBPyConnection) -> list[ModelChange]:
    def in_force(side: str) -> dict[str, str]:
        place = f"{side}.marts_compared"
        return dict(
            connection.execute(
                f"""
                select
                    'segmentation',
                    concat_ws(' ', algorithm, 'of', segment_count, 'segments', model_version)
                from {place}.segment_models where status = 'accepted'
                union all
                select outcome, concat_ws(' ', algorithm, model_version)
                from {place}.score_models where status = 'accepted'
                union all
                select 'lifetime', model_version
                from {place}.lifetime_models where status = 'accepted'
                """
            ).fetchall()
        )

    before, after = in_force("before"), in_force("after")
    return [
        ModelChange(kind, before.get(kind), after.get(kind))
        for kind in sorted({*before, *after})
        if before.get(kind) != after.get(kind)
    ]


def _gates(connection: duckdb.DuckDBPyConnection) -> list[GateChange]:
    rows = connection.execute(
        """
        select
            coalesce(l.check_name, r.check_name), l.is_passed, r.is_passed,
            l.figure, r.figure, l.check_limit, r.check_limit
        from before.gates as l
        full join after.gates as r on l.check_name = r.check_name
        where
            l.is_passed is distinct from r.is_passed
            or l.check_name is null or r.check_name is null
        order by 1
        """
    ).fetchall()
    return [GateChange(*row) for row in rows]


def _compare(connection: duckdb.DuckDBPyConnection, mart: str) -> MartChange:
    """Compare the rows of a mart in one pass; by column, those that are on both sides."""
    places = {side: f"{side}.marts_compared.{quoted(mart)}" for side in ("before", "after")}
    types = {}
    for side, place in places.items():
        view = connection.sql(f"from {place}")
        types[side] = dict(zip(view.columns, view.types, strict=True))
    key = [name for name in GRAINS[mart] if name in types["before"] and name in types["after"]]
    columns = {
        name: kind_of(types["before"][name], types["after"][name])
        for name in types["after"]
        if name in types["before"] and name not in key
    }
    compared = {
        name: differs_sql(f"l.{quoted(name)}", f"r.{quoted(name)}", kind)
        for name, kind in columns.items()
        if kind is not None and name not in OF_THE_PUBLICATION and not name.endswith(OF_THE_MODEL)
    }
    same_key = " and ".join(f"l.{quoted(k)} is not distinct from r.{quoted(k)}" for k in key)
    in_both = "l.is_there and r.is_there"
    rows_before, rows_after, added, removed, matched, changed, *by_column = connection.execute(
        f"""
        select
            (select count(*) from {places["before"]}),
            (select count(*) from {places["after"]}),
            count(*) filter (l.is_there is null),
            count(*) filter (r.is_there is null),
            count(*) filter ({in_both}),
            count(*) filter ({in_both} and ({" or ".join(compared.values()) or "false"}))
            {"".join(f", count(*) filter ({in_both} and {sql})" for sql in compared.values())}
        from (select *, true as is_there from {places["before"]}) as l
        full join (select *, true as is_there from {places["after"]}) as r on {same_key}
        """
    ).fetchone()
    if matched + removed != rows_before or matched + added != rows_after:
        raise WarehouseError(
            f"Rows of the mart {mart} repeat its key ({', '.join(key)}): "
            f"`dbt test --select {mart}` names them."
        )
    return MartChange(
        mart=mart,
        key=key,
        is_log="publication_id" in key,
        rows_before=rows_before,
        rows_after=rows_after,
        added=added,
        removed=removed,
        changed=changed,
        changed_columns={
            name: rows for name, rows in zip(compared, by_column, strict=True) if rows
        },
        columns_added=[name for name in types["after"] if name not in types["before"]],
        columns_removed=[name for name in types["before"] if name not in types["after"]],
        columns_of_another_type=[name for name, kind in columns.items() if kind is None],
    )
