"""The demo as files: one folder of Parquet for each raw table, for engines that read files."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import duckdb

from coterie.demo.contract import TABLES
from coterie.demo.generate import Settings

# Written last: a folder without it is not whole.
MARKER = "demo.json"


def is_exported(folder: Path, settings: Settings) -> bool:
    """Whether the folder holds the whole demo made from these settings."""
    marker = folder / MARKER
    return marker.exists() and json.loads(marker.read_text()) == asdict(settings)


def export(
    connection: duckdb.DuckDBPyConnection, folder: Path, settings: Settings
) -> Iterator[str]:
    """Write the raw tables as Parquet, yielding the name of each table before it is written."""
    (folder / MARKER).unlink(missing_ok=True)
    for table in TABLES:
        yield table
        shutil.rmtree(folder / table, ignore_errors=True)
        (folder / table).mkdir(parents=True)
        target = str(folder / table).replace("'", "''")
        connection.execute(
            f"copy raw.{table} to '{target}' (format parquet, per_thread_output true, "
            "overwrite_or_ignore true)"
        )
    (folder / MARKER).write_text(json.dumps(asdict(settings)))
