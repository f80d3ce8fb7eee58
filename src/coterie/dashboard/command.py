"""What `coterie dashboard` does."""

import os
from pathlib import Path

import duckdb

from coterie.warehouse import WarehouseError

DEFAULT_OUTPUT = Path("target/dashboard.html")


def write_dashboard(connection: duckdb.DuckDBPyConnection, output: Path) -> int:
    """Write the dashboard of a warehouse, whole or not at all; give the size in bytes.

    Raises
    ------
    WarehouseError
        If the warehouse holds no publication, or the charting libraries are not installed.
    """
    try:
        # Only here: the libraries are an extra, and the other commands do without.
        from coterie.dashboard.marts import Marts  # noqa: PLC0415
        from coterie.dashboard.page import build_page  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise WarehouseError(
            f"The dashboard needs the package {error.name}: pip install 'coterie[dashboard]', or "
            "`make dashboard` in the repository."
        ) from error
    page = build_page(Marts(connection)).encode("utf-8")
    output.parent.mkdir(parents=True, exist_ok=True)
    # Somebody may be reading the last one.
    unfinished = output.with_name(f".{output.name}.{os.getpid()}")
    unfinished.write_bytes(page)
    unfinished.replace(output)
    return len(page)
