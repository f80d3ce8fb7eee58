"""The body of ``coterie demo``: options in, a warehouse and a summary out."""

import json
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from coterie.demo.export import export, is_exported
from coterie.demo.generate import Settings, generate, is_current, open_writer
from coterie.warehouse import open_reader

# How long a log (not a terminal) stays without a word.
SECONDS_OF_SILENCE = 10


def run_demo(
    customers: int,
    seed: int,
    months: int,
    path: Path,
    *,
    if_needed: bool = False,
    parquet: Path | None = None,
    as_json: bool = False,
) -> None:
    """Generate the demo into the warehouse, and as files if asked; show progress and the rows.

    JSON goes to stdout alone: progress then goes to stderr.
    """
    try:
        settings = Settings(customers=customers, seed=seed, months=months)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    made_from = f"{customers:,} customers, seed {seed}, {months} months"
    is_new = not (if_needed and is_current(path, settings))
    rows: dict[str, int] = {}
    if is_new:
        started = perf_counter()
        rows = _generate_with_progress(path, settings, Console(stderr=as_json))
        if not as_json:
            _tell(rows, f"Demo of {made_from}, in {path}", perf_counter() - started)
    elif not as_json:
        typer.echo(f"The demo is current: {made_from}, in {path}.")
    if parquet is not None and not (if_needed and is_exported(parquet, settings)):
        with open_reader(path) as connection:
            for table in export(connection, parquet, settings):
                typer.echo(f"writing {parquet / table}", err=as_json)
    if as_json:
        typer.echo(
            json.dumps(
                {"warehouse": str(path), **asdict(settings), "is_new": is_new, "rows": rows},
                default=str,
                indent=2,
            )
        )


def _tell(rows: dict[str, int], title: str, seconds: float) -> None:
    summary = Table(
        "raw table",
        "rows",
        title=title,
        caption=f"{sum(rows.values()):,} rows in {seconds:.1f} s",
    )
    summary.columns[1].justify = "right"
    for table, count in rows.items():
        summary.add_row(table, f"{count:,}")
    Console().print(summary)


def _generate_with_progress(path: Path, settings: Settings, console: Console) -> dict[str, int]:
    """Generate, with one bar per subject; a line now and then where bars cannot be drawn."""
    bars = Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} people"),
        TimeElapsedColumn(),
        console=console,
    )
    tasks: dict[str, TaskID] = {}

    said_at = perf_counter()

    def report(subject: str, done: int, total: int) -> None:
        nonlocal said_at
        if not bars.console.is_terminal and perf_counter() - said_at > SECONDS_OF_SILENCE:
            bars.console.print(f"{subject}: {done:,} of {total:,} people")
            said_at = perf_counter()
        if subject not in tasks:
            tasks[subject] = bars.add_task(subject, total=total)
        bars.update(tasks[subject], completed=done)

    with open_writer(path) as connection, bars:
        return generate(connection, settings, report=report)
