"""The body of ``coterie demo``: options in, a warehouse and a summary out."""

from pathlib import Path
from time import perf_counter

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from coterie.demo.export import export, is_exported
from coterie.demo.generate import Settings, generate, is_current, open_writer
from coterie.warehouse import WarehouseError, open_reader

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
) -> None:
    """Generate the demo into the warehouse, and as files if asked; show progress and the rows."""
    try:
        settings = Settings(customers=customers, seed=seed, months=months)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    made_from = f"{customers:,} customers, seed {seed}, {months} months"
    try:
        if if_needed and is_current(path, settings):
            typer.echo(f"The demo is current: {made_from}, in {path}.")
        else:
            _generate_and_tell(path, settings, made_from)
        if parquet is not None and not (if_needed and is_exported(parquet, settings)):
            with open_reader(path) as connection:
                for table in export(connection, parquet, settings):
                    typer.echo(f"writing {parquet / table}")
    except WarehouseError as error:
        typer.echo(f"coterie: {error}", err=True)
        raise typer.Exit(2) from error


def _generate_and_tell(path: Path, settings: Settings, made_from: str) -> None:
    started = perf_counter()
    rows = _generate_with_progress(path, settings)
    summary = Table(
        "raw table",
        "rows",
        title=f"Demo of {made_from}, in {path}",
        caption=f"{sum(rows.values()):,} rows in {perf_counter() - started:.1f} s",
    )
    summary.columns[1].justify = "right"
    for table, count in rows.items():
        summary.add_row(table, f"{count:,}")
    Console().print(summary)


def _generate_with_progress(path: Path, settings: Settings) -> dict[str, int]:
    """Generate, with one bar per subject; a line now and then where bars cannot be drawn."""
    bars = Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} people"),
        TimeElapsedColumn(),
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
