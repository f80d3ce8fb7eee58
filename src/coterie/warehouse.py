"""Where the warehouse file is, and how to open it."""

import os
from pathlib import Path

import duckdb

DEFAULT_WAREHOUSE = "warehouse/coterie.duckdb"

# Readers older than DuckDB 2 can open a file written so (BI tools lag behind).
STORAGE_VERSION = "v1.4.0"

# What the summary reads beside the marts.
PUBLICATION_MODELS = ("publication_checks", "publications", "record_counts_store")


class WarehouseError(Exception):
    """Something is wrong with the warehouse file; the message says what to do."""


def warehouse_path(path: Path | str | None = None) -> Path:
    """Path of the warehouse file: the argument, else COTERIE_WAREHOUSE, else the default."""
    return Path(path or os.environ.get("COTERIE_WAREHOUSE") or DEFAULT_WAREHOUSE)


def open_reader(path: Path | str | None = None) -> duckdb.DuckDBPyConnection:
    """Open the warehouse read-only.

    Raises
    ------
    WarehouseError
        If there is no file, or another process is writing to it.
    """
    file = warehouse_path(path)
    if not file.exists():
        raise WarehouseError(f"There is no warehouse file at {file}: run `make build` first.")
    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        raise WarehouseError(
            f"{file} cannot be opened ({str(error).splitlines()[0]}): "
            "wait until the build that writes it has ended."
        ) from error


def open_files(folder: Path) -> duckdb.DuckDBPyConnection:
    """Open what the operation `write_marts` wrote: a folder of Parquet files for each model.

    Raises
    ------
    WarehouseError
        If the folder holds no model.
    """
    models = sorted(path.parent for path in folder.glob("*/*.parquet"))
    if not models:
        raise WarehouseError(
            f"There are no Parquet files of models below {folder}: "
            "run `dbt run-operation write_marts` first."
        )
    connection = duckdb.connect()
    for schema in ("marts", "publication"):
        connection.execute(f"create schema {schema}")
    for model in dict.fromkeys(models):
        schema = "publication" if model.name in PUBLICATION_MODELS else "marts"
        files = str(model / "*.parquet").replace("'", "''")
        connection.execute(
            f"create view {schema}.\"{model.name}\" as select * from read_parquet('{files}')"
        )
    return connection
