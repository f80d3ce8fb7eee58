"""Where the warehouse file is, and how to open it."""

import os
from pathlib import Path

import duckdb

DEFAULT_WAREHOUSE = "warehouse/coterie.duckdb"

# Readers older than DuckDB 2 can open a file written so (BI tools lag behind).
STORAGE_VERSION = "v1.4.0"

# A DuckDB file says so after a checksum of eight bytes.
MAGIC, MAGIC_PLACE = b"DUCK", 8

# What the summary reads beside the marts.
PUBLICATION_MODELS = ("publication_checks", "publications", "record_counts_store")


class WarehouseError(Exception):
    """Something is wrong with the warehouse file; the message says what to do."""


def warehouse_path(path: Path | str | None = None) -> Path:
    """Path of the warehouse file: the argument, else COTERIE_WAREHOUSE, else the default."""
    return Path(path or os.environ.get("COTERIE_WAREHOUSE") or DEFAULT_WAREHOUSE)


def quoted(name: str) -> str:
    """Name of a relation or column, quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def open_reader(path: Path | str | None = None) -> duckdb.DuckDBPyConnection:
    """Open the warehouse read-only.

    Raises
    ------
    WarehouseError
        If there is no such file, it is no warehouse, or another process is writing to it.
    """
    file = existing_warehouse(path)
    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.Error as error:
        raise WarehouseError(opening_problem(file, error)) from error


def existing_warehouse(path: Path | str | None = None) -> Path:
    """Path of the warehouse file, once it is clear that it is a DuckDB file at all.

    Raises
    ------
    WarehouseError
        If it is not; the message says what to do.
    """
    file = warehouse_path(path)
    if file.is_dir():
        raise WarehouseError(
            f"{file} is a folder, not a warehouse file: name the .duckdb file (--warehouse)."
        )
    if not file.exists():
        raise WarehouseError(
            f"There is no warehouse file at {file}: run `make build` first, or name another one "
            "(--warehouse, or the variable COTERIE_WAREHOUSE)."
        )
    try:
        with file.open("rb") as content:
            start = content.read(MAGIC_PLACE + len(MAGIC))
    except OSError as error:
        raise WarehouseError(
            f"{file} cannot be read ({error.strerror}): ask its owner for the right to read it."
        ) from error
    if start[MAGIC_PLACE:] != MAGIC:
        raise WarehouseError(
            f"{file} is not a DuckDB file: name the warehouse that dbt builds (--warehouse)."
        )
    return file


def opening_problem(file: Path, error: duckdb.Error) -> str:
    """Say why DuckDB does not open a file, and what to do."""
    reason = str(error).splitlines()[0]
    if "lock" in reason:
        return (
            f"{file} cannot be opened, another process is writing to it ({reason}): wait until it "
            "has ended. What must be readable at any time belongs in an export (`coterie export`)."
        )
    if "version number" in reason:
        return (
            f"{file} was written in a newer storage version than DuckDB {duckdb.__version__} reads "
            f"({reason}): install a newer DuckDB, or build the warehouse with "
            f"storage_compatibility_version {STORAGE_VERSION} in profiles.yml."
        )
    return (
        f"{file} cannot be opened by DuckDB {duckdb.__version__} ({reason}): copy it anew if it "
        "was copied while it was being written, or build it again."
    )


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
