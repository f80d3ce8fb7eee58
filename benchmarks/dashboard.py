"""Seconds to write the dashboard, its size, and how soon a browser shows it.

Runs the command as a reader would, in a process of its own, and opens the file in Debian's Chromium
with the network off. With `--times` the customers of the warehouse are repeated, each under other
keys, and all other marts stay as they are: what a larger company's customers cost.

    python benchmarks/dashboard.py --warehouse warehouse/coterie.duckdb --times 100
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from playwright.sync_api import sync_playwright

# Marts with one row per customer.
CUSTOMER_MARTS = ("customers", "customer_segments", "customer_scores", "customer_dimensions")
COPIED = ("publications", "publication_checks", "record_counts_store")


def repeated(warehouse: Path, times: int, folder: Path) -> Path:
    """Write a warehouse with the marts of another, its customers so many times."""
    larger = folder / "larger.duckdb"
    with duckdb.connect(str(larger)) as connection:
        connection.execute(f"attach '{warehouse}' as built (read_only)")
        relations = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'built' and (table_schema in ('marts', 'reference') "
            "or table_schema = 'publication')"
        ).fetchall()
        for schema in ("marts", "publication", "reference"):
            connection.execute(f"create schema {schema}")
        for schema, name in relations:
            source = f"built.{schema}.{name}"
            if schema == "publication" and name not in COPIED:
                continue
            if name in CUSTOMER_MARTS and schema == "marts":
                connection.execute(
                    f"create table {schema}.{name} as "
                    f"select * replace (customer_id || copies.number as customer_id) "
                    f"from {source} cross join range({times}) as copies (number)"
                )
            else:
                connection.execute(f"create table {schema}.{name} as select * from {source}")
    return larger


def written(warehouse: Path, output: Path, rounds: int) -> list[float]:
    """Seconds of the command, the interpreter's start included."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(
            [
                *(sys.executable, "-m", "coterie", "dashboard"),
                *("--warehouse", str(warehouse), "--output", str(output)),
            ],
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - start)
    return seconds


def shown(output: Path, rounds: int, width: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the first paint with content, and until every chart is drawn."""
    painted, drawn = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for _ in range(rounds):
            context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
            page = context.new_page()
            page.goto(output.as_uri())
            page.wait_for_function("performance.getEntriesByName('drawn').length > 0")
            page.wait_for_function(
                "performance.getEntriesByName('first-contentful-paint').length > 0"
            )
            first = "performance.getEntriesByName('{}')[0].startTime"
            painted.append(page.evaluate(first.format("first-contentful-paint")))
            drawn.append(page.evaluate(first.format("drawn")))
            context.close()
        browser.close()
    return painted, drawn


def main() -> None:
    """Print one line for each figure: median and range."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, default=Path("warehouse/coterie.duckdb"))
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = options.warehouse
        if options.times > 1:
            warehouse = repeated(warehouse, options.times, Path(folder))
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            (customers,) = connection.execute("select count(*) from marts.customers").fetchone()
        output = Path(folder) / "dashboard.html"
        tell(f"written, {customers:,} customers", written(warehouse, output, options.rounds), "s")
        print(f"size: {output.stat().st_size / 1e6:.2f} MB")
        for width in (1440, 390):
            painted, drawn = shown(output, options.rounds, width)
            tell(f"first paint with content at {width} px", painted, "ms")
            tell(f"all charts of the first page drawn at {width} px", drawn, "ms")


def tell(what: str, figures: list[float], unit: str) -> None:
    """Print the median and the range."""
    print(
        f"{what}: {statistics.median(figures):.2f} {unit} "
        f"({min(figures):.2f} to {max(figures):.2f}, {len(figures)} rounds)"
    )


if __name__ == "__main__":
    main()
