"""The ``coterie`` command line."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich.console import Console

from coterie.dashboard.command import DEFAULT_OUTPUT, write_dashboard
from coterie.demo.command import run_demo
from coterie.diff import Side, diff_to_json, diff_to_markdown, diff_warehouses, print_diff
from coterie.explain import explain_customers, explanations_to_json, print_explanation
from coterie.export import export_marts, export_to_json, print_export
from coterie.java import java_problem
from coterie.parity import (
    ParityError,
    compare_folders,
    comparison_to_json,
    print_comparison,
    read_grains,
)
from coterie.summary import print_summary, read_summary, to_json
from coterie.warehouse import WarehouseError, open_files, open_reader, warehouse_path

ERROR = 2
# Columns of text in a pipe, where no line shall be broken.
PIPE_WIDTH = 240

app = typer.Typer(
    help="Audience segmentation inside the warehouse.",
    epilog="Exit codes: 0 all is well; 1 a finding, as each command says: a gate that did not "
    "pass, a difference; 2 an error, told on stderr with what to do.",
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
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def _told_errors() -> Iterator[None]:
    """Say what is wrong on stderr and exit 2; never a traceback for a file that will not do."""
    try:
        yield
    except (WarehouseError, ParityError) as error:
        words = str(error)
    except duckdb.Error as error:
        words = (
            f"The warehouse does not answer as a build of this version would "
            f"({str(error).splitlines()[0]}): run `dbt build` with it, then try again."
        )
    else:
        return
    for line in words.splitlines():
        typer.echo(f"coterie: {line}", err=True)
    raise typer.Exit(ERROR)


def _console() -> Console:
    """Tables as wide as the terminal; plain text, a row a line, in a pipe."""
    is_narrow = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, width=None if is_narrow else PIPE_WIDTH)


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
    as_json: JsonOption = False,
) -> None:
    """Generate the demo: raw tables of an invented shop, and the truth behind them.

    Exit codes: 0 it is there, 2 an error.
    """
    with _told_errors():
        run_demo(
            customers,
            seed,
            months,
            warehouse_path(warehouse),
            if_needed=if_needed,
            parquet=parquet,
            as_json=as_json,
        )


@app.command()
def summary(
    warehouse: WarehouseOption = None,
    files: FilesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell what the last build published.

    Exit codes: 0 all gates passed, 1 one did not, 2 an error.
    """
    with _told_errors(), open_files(files) if files else open_reader(warehouse) as connection:
        page = read_summary(connection)
    if as_json:
        typer.echo(to_json(page))
    else:
        print_summary(page, _console(), place=files or warehouse_path(warehouse))
    if not all(check["is_passed"] for check in page.checks):
        raise typer.Exit(1)


@app.command()
def explain(
    customer_ids: Annotated[
        list[str], typer.Argument(metavar="CUSTOMER_ID", help="As in marts.customers.")
    ],
    warehouse: WarehouseOption = None,
    language: Annotated[
        str | None,
        typer.Option(help="Names of segments in en or fr; default: as they are published."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why customers are in their segment, and what is expected of them.

    Exit codes: 0 all ids are known, 2 an error or an unknown id.
    """
    with _told_errors(), open_reader(warehouse) as connection:
        explanations = explain_customers(connection, customer_ids, language=language)
    if as_json:
        typer.echo(explanations_to_json(explanations))
    else:
        for explanation in explanations:
            print_explanation(explanation, _console(), language=language)


@app.command()
def diff(
    *,
    warehouse: WarehouseOption = None,
    against: Annotated[
        Path | None,
        typer.Option(help="An earlier warehouse file: main's build, where this is a branch's."),
    ] = None,
    before: Annotated[
        int | None, typer.Option(help="Publication to begin from; default: the last but one.")
    ] = None,
    after: Annotated[
        int | None, typer.Option(help="Publication to compare with it; default: the last.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell what changes between two publications, or between two warehouse files.

    Who moves from where to where, which marts and gates change, which models are in force.

    Exit codes: 0 no difference, 1 differences, 2 an error.
    """
    now = warehouse_path(warehouse)
    with _told_errors():
        found = diff_warehouses(Side(against or now, before), Side(now, after))
    if as_json:
        typer.echo(diff_to_json(found))
    elif markdown:
        typer.echo(diff_to_markdown(found))
    else:
        print_diff(found, _console())
    if found.differs:
        raise typer.Exit(1)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where exports go, and nothing else.")],
    warehouse: WarehouseOption = None,
    marts: Annotated[
        str | None, typer.Option(help="Names with commas between; default: all marts.")
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help="Exports that stay, this one among them; default: all."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the marts as Parquet files, whole or not at all.

    Exit codes: 0 the folder holds the last publication, 2 an error (it holds what it held).
    """
    names = None if marts is None else [name.strip() for name in marts.split(",") if name.strip()]
    with _told_errors(), open_reader(warehouse) as connection:
        done = export_marts(connection, folder, names=names, keep=keep)
    if as_json:
        typer.echo(export_to_json(done))
    else:
        print_export(done, _console())


@app.command()
def dashboard(
    warehouse: WarehouseOption = None,
    files: FilesOption = None,
    output: Annotated[Path, typer.Option(help="HTML file to write.")] = DEFAULT_OUTPUT,
    as_json: JsonOption = False,
) -> None:
    """Write the dashboard of the last publication: one HTML file.

    Exit codes: 0 it is written, 2 an error.
    """
    with _told_errors(), open_files(files) if files else open_reader(warehouse) as connection:
        size = write_dashboard(connection, output)
    if as_json:
        typer.echo(json.dumps({"file": str(output), "bytes": size}))
    else:
        typer.echo(f"{output}: {size / 1e6:.1f} MB, opens in any browser")


@app.command()
def parity(
    left: Annotated[Path, typer.Argument(help="Folder written by coterie.write_marts.")],
    right: Annotated[Path, typer.Argument(help="The same of another build.")],
    manifest: Annotated[
        Path | None, typer.Option(help="Names the keys; default: target/manifest.json.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two builds row by row.

    Exit codes: 0 all rows are equal, 1 they differ, 2 an error.
    """
    target = Path(os.environ.get("DBT_TARGET_PATH") or "target")
    with _told_errors():
        grains = read_grains(manifest or target / "manifest.json")
        results = compare_folders(left, right, grains)
    if as_json:
        typer.echo(comparison_to_json(results))
    else:
        console = _console()
        console.print(f"left {left}, right {right}")
        print_comparison(results, console)
    if any(result.differs for result in results):
        raise typer.Exit(1)


@app.command()
def check_java(as_json: JsonOption = False) -> None:
    """Tell how to get a Java runtime if there is none that runs Spark.

    Exit codes: 0 there is one, 2 there is none.
    """
    problem = java_problem()
    if as_json:
        typer.echo(json.dumps({"runs_spark": problem is None, "problem": problem}, indent=2))
    elif problem:
        typer.echo(f"coterie: {problem}", err=True)
    if problem:
        raise typer.Exit(ERROR)
