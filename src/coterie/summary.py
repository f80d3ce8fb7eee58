"""What a build published, read from the warehouse and told in a page."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from coterie.dashboard.command import DEFAULT_OUTPUT
from coterie.marts import find_layout


@dataclass(frozen=True)
class Summary:
    """The last publication, its segments and checks, and the rows staging read."""

    publication: dict[str, Any] | None
    segments: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    stages: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    value: dict[str, Any] = field(default_factory=dict)


def read_summary(connection: duckdb.DuckDBPyConnection) -> Summary:
    """Read the summary of the last publication.

    Raises
    ------
    WarehouseError
        If the warehouse holds no Coterie build.
    """
    relation = find_layout(connection).relation
    publications = _rows(
        connection,
        f"select * from {relation('publication', 'publications')} "
        "order by publication_id desc limit 1",
    )
    checks = _rows(
        connection,
        f"""
        select check_name, figure, check_limit, is_passed, words
        from {relation("publication", "publication_checks")}
        where publication_id = (
            select max(publication_id) from {relation("publication", "publication_checks")}
        )
        order by is_passed, check_name
        """,
    )
    if not publications:
        return Summary(publication=None, checks=checks)
    segments = (
        f"select * from {relation('marts', 'segments')} where level = 'segment' order by segment_id"
    )
    stages = f"""
        select lifecycle_stage, count(*) as customers
        from {relation("marts", "customers")}
        group by lifecycle_stage
        order by customers desc, lifecycle_stage
    """
    scores = " union all ".join(
        f"""
        select '{outcome}' as outcome, {outcome}_basis as basis, count(*) as customers,
            avg({outcome}_probability) as mean_probability, max(auc) as auc,
            max(rule_auc) as rule_auc, max(horizon_days) as horizon_days
        from {relation("marts", "customer_scores")}
        left join {relation("marts", "score_models")}
            on score_models.outcome = '{outcome}' and score_models.status = 'accepted'
        group by {outcome}_basis
        """
        for outcome in ("churn", "purchase")
    )
    value = f"""
        select count(expected_revenue_365d) as customers, sum(expected_revenue_365d) as revenue
        from {relation("marts", "customer_scores")}
    """
    rows = f"""
        select source_table, raw_rows, accepted_rows, rejected_rows, duplicate_rows
        from {relation("publication", "record_counts_store")}
        where is_present and publication_id = {int(publications[0]["publication_id"])}
        order by source_table
    """
    return Summary(
        publication=publications[0],
        segments=_rows(connection, segments),
        checks=checks,
        rows=_rows(connection, rows),
        stages=_rows(connection, stages),
        scores=_rows(connection, f"{scores} order by outcome, customers desc, basis"),
        value=_rows(connection, value)[0],
    )


def print_summary(summary: Summary, console: Console, *, place: Path) -> None:
    """Print the summary as tables; plain text when the console is no terminal."""
    failed = [check for check in summary.checks if not check["is_passed"]]
    if summary.publication is None:
        console.print("Nothing has been published yet.", style="bold")
    else:
        publication = summary.publication
        model = (publication["model_version"] or "none")[:12]
        console.print(
            f"\nPublication {publication['publication_id']}, known at the end of "
            f"{publication['as_of_date']}: {publication['customers']:,} customers "
            f"in {len(summary.segments)} segments (model {model})",
            style="bold",
        )
        _print_segments(summary, console)
        _print_scores(summary, console)
        _print_rows(summary, console)
    if failed:
        console.print(f"\n{len(failed)} of {len(summary.checks)} gates did not pass:", style="bold")
        for check in failed:
            console.print(
                f"  {check['check_name']}: {check['figure']:.6g}, limit "
                f"{check['check_limit']:.6g}. {check['words']}"
            )
        console.print("The marts show the last good publication.")
    else:
        console.print(f"\nGates: all {len(summary.checks)} passed.")
    _print_places(console, place)


def to_json(summary: Summary) -> str:
    """Give the summary as JSON; dates and decimals as text."""
    return json.dumps(asdict(summary), default=str, indent=2, ensure_ascii=False)


def _print_segments(summary: Summary, console: Console) -> None:
    table = Table("segment", "name", box=None, pad_edge=False)
    for heading in ("customers", "share", "revenue share"):
        table.add_column(heading, justify="right")
    for segment in summary.segments:
        revenue_share = segment["revenue_share"]
        table.add_row(
            segment["segment_id"],
            segment["segment_name"],
            f"{segment['size']:,}",
            f"{segment['share']:.1%}",
            "" if revenue_share is None else f"{revenue_share:.1%}",
        )
    console.print(table)
    stages = ", ".join(
        f"{stage['customers']:,} {stage['lifecycle_stage']}" for stage in summary.stages
    )
    console.print(f"Lifecycle: {stages}")


def _print_scores(summary: Summary, console: Console) -> None:
    for outcome in ("churn", "purchase"):
        parts, horizon = [], ""
        for score in summary.scores:
            if score["outcome"] != outcome:
                continue
            words = f"{score['customers']:,} {score['basis']}"
            if score["basis"] == "model":
                horizon = f" in {score['horizon_days']} days"
                words += f" (AUC {score['auc']:.2f}, rule of thumb {score['rule_auc']:.2f})"
            if score["mean_probability"] is not None:
                words += f", {score['mean_probability']:.0%} on average"
            parts.append(words)
        console.print(f"{outcome.capitalize()}{horizon}: {'; '.join(parts)}")
    if summary.value["customers"]:
        console.print(
            f"Revenue expected in 365 days: {summary.value['revenue']:,.0f} "
            f"from {summary.value['customers']:,} customers"
        )


def _print_rows(summary: Summary, console: Console) -> None:
    total = {
        name: sum(row[name] for row in summary.rows)
        for name in ("raw_rows", "accepted_rows", "rejected_rows", "duplicate_rows")
    }
    publication = summary.publication or {}
    console.print(
        f"Nobody's: {publication['unowned_orders']:,} orders without a contact "
        f"(revenue {publication['unowned_revenue']:,.2f}) and "
        f"{publication['unstitched_visitors']:,} visitors never seen with one"
    )
    console.print(
        f"Input: {total['raw_rows']:,} rows in {len(summary.rows)} tables = "
        f"{total['accepted_rows']:,} accepted + {total['rejected_rows']:,} rejected (with reasons, "
        f"in rejected_records) + {total['duplicate_rows']:,} exact duplicates"
    )


def _print_places(console: Console, place: Path) -> None:
    docs = Path("target/static_index.html")
    if place.is_dir():
        console.print(f"\nMarts      {place}  (Parquet, a folder for each mart)")
    else:
        console.print(f"\nWarehouse  {place}  (DuckDB; query schema marts)")
    if docs.exists():
        console.print(f"Docs       {docs}  (open in a browser: lineage and every column)")
    else:
        console.print("Docs       not written yet: run `make docs`")
    if DEFAULT_OUTPUT.exists():
        console.print(f"Dashboard  {DEFAULT_OUTPUT}  (open in a browser)")
    else:
        console.print("Dashboard  not written yet: run `coterie dashboard`")


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
