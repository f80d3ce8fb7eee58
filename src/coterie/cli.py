"""The ``coterie`` command line."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from coterie.dashboard.command import DEFAULT_OUTPUT, write_dashboard
from coterie.demo.command import run_demo
from coterie.parity import (
    ParityError,
    compare_folders,
    comparison_to_json,
    print_comparison,
    read_grains,
)
from coterie.spark import java_problem
from coterie.summary import print_summary, read_summary, to_json
from coterie.warehouse import WarehouseError, open_files, open_reader, warehouse_path

app = typer.Typer(
    help="Audience segmentation inside the warehouse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", help="DuckDB file; default: COTERIE_WAREHOUSE or warehouse/."),
]
FilesOption = Annotated[
    Path | None,
    typer.Option("--files", help="Read the folder that `write_marts` wrote instead (Spark)."),
]


@app.callback()
def main() -> None:
    """Keep the subcommands named, however many there are."""


@app.command()
def demo(
    *,
    customers: Annotated[int, typer.Option(help="People behind the demo.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Same seed, same rows.")] = 7,
    months: Annotated[int, typer.Option(help="Length of the period, up to 2026-06-30.")] = 24,
    warehouse: WarehouseOption = None,
    if_needed: Annotated[
        bool, typer.Option("--if-needed", help="Do nothing if the same demo is there.")
    ] = False,
    parquet: Annotated[
        Path | None,
        typer.Option(help="Also write each raw table as Parquet files below this folder (Spark)."),
    ] = None,
) -> None:
    """Generate the demo: raw tables of an invented shop, and the truth behind them."""
    run_demo(
        customers, seed, months, warehouse_path(warehouse), if_needed=if_needed, parquet=parquet
    )


@app.command()
def summary(
    warehouse: WarehouseOption = None,
    files: FilesOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what the last build published; exit 1 if a gate did not pass, 2 on an error."""
    try:
        with open_files(files) if files else open_reader(warehouse) as connection:
            page = read_summary(connection)
    except WarehouseError as error:
        typer.echo(f"coterie: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(to_json(page))
    else:
        print_summary(page, Console(highlight=False), place=files or warehouse_path(warehouse))
    if not all(check["is_passed"] for check in page.checks):
        raise typer.Exit(1)


@app.command()
def dashboard(
    warehouse: WarehouseOption = None,
    files: FilesOption = None,
    output: Annotated[Path, typer.Option(help="HTML file to write.")] = DEFAULT_OUTPUT,
) -> None:
    """Write the dashboard of the last publication: one HTML file; exit 2 on an error."""
    try:
        with open_files(files) if files else open_reader(warehouse) as connection:
            size = write_dashboard(connection, output)
    except WarehouseError as error:
        typer.echo(f"coterie: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{output}: {size / 1e6:.1f} MB, opens in any browser")


@app.command()
def parity(
    left: Annotated[Path, typer.Argument(help="Folder written by coterie.write_marts.")],
    right: Annotated[Path, typer.Argument(help="The same of another build.")],
    manifest: Annotated[
        Path | None, typer.Option(help="Names the keys; default: target/manifest.json.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two builds row by row; exit 1 if they differ, 2 on an error."""
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    try:
        grains = read_grains(manifest or target / "manifest.json")
        results = compare_folders(left, right, grains)
    except ParityError as error:
        for line in str(error).splitlines():
            typer.echo(f"coterie: {line}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(comparison_to_json(results))
    else:
        console = Console(highlight=False)
        console.print(f"left {left}, right {right}")
        print_comparison(results, console)
    if any(result.differs for result in results):
        raise typer.Exit(1)


@app.command()
def check_java() -> None:
    """Tell how to get a Java runtime if there is none that runs Spark; exit 2 then."""
    problem = java_problem()
    if problem:
        typer.echo(f"coterie: {problem}", err=True)
        raise typer.Exit(2)
