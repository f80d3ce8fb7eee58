"""The ``coterie`` command line."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from coterie.demo.command import run_demo
from coterie.summary import print_summary, read_summary, to_json
from coterie.warehouse import WarehouseError, open_reader, warehouse_path

app = typer.Typer(
    help="Audience segmentation inside the warehouse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", help="DuckDB file; default: COTERIE_WAREHOUSE or warehouse/."),
]


@app.callback()
def main() -> None:
    """Keep the subcommands named, however many there are."""


@app.command()
def demo(
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what the last build published; exit 1 if a gate did not pass, 2 on an error."""
    try:
        with open_reader(warehouse) as connection:
            page = read_summary(connection)
    except WarehouseError as error:
        typer.echo(f"coterie: {error}", err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(to_json(page))
    else:
        print_summary(page, Console(highlight=False), warehouse=warehouse_path(warehouse))
    if not all(check["is_passed"] for check in page.checks):
        raise typer.Exit(1)
