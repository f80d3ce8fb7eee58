"""The marts as a folder of Parquet files, put in place whole or not at all.

An export writes into a hidden folder, gives it its final name when every byte is on disk, and then
replaces ``manifest.json``, which names it: that replacement is the commit. Whoever reads the
manifest and then the folder it names never sees a part of an export, and a process that is killed
leaves at most a hidden folder, which the next export removes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
from rich.console import Console
from rich.table import Table

from coterie import __version__
from coterie.marts import GRAINS, Layout, find_layout, marts, relations
from coterie.warehouse import WarehouseError, quoted

#: Of the manifest's form; a change that breaks its readers raises it.
FORMAT = 1
MANIFEST = "manifest.json"
#: A link to the folder that the manifest names, for tools that know one path only.
CURRENT = "current"
#: What DuckDB may hold in memory; sorting more than that goes through the folder.
MEMORY = "2GB"
LOCK = ".lock"
# What an export has not finished, or has begun to remove.
UNFINISHED, REMOVED = ".unfinished-", ".removed-"
PUBLICATION = "publication-"


@dataclass(frozen=True)
class Export:
    """What an export did; `is_new` is false where the folder held the same already."""

    folder: Path
    is_new: bool
    manifest: dict[str, Any]
    removed: list[str]


def export_marts(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    names: Sequence[str] | None = None,
    keep: int | None = None,
) -> Export:
    """Write the marts of the last publication below a folder.

    Parameters
    ----------
    connection
        The warehouse. All is read in one transaction of it.
    folder
        Made if it is not there; it holds exports and nothing else.
    names
        Relations of the schema of the marts; default: Coterie's marts.
    keep
        How many exports stay, this one among them; default: all.

    Raises
    ------
    WarehouseError
        If nothing is published, a name is unknown, or the folder cannot be written.
    """
    try:
        with _locked(folder), _transaction(connection):
            return _export(connection, folder, names, keep)
    except (OSError, duckdb.IOException) as error:
        place = getattr(error, "filename", None) or folder
        raise WarehouseError(
            f"{place} cannot be written ({getattr(error, 'strerror', None) or error}): name a "
            "folder that can, on a disk with room for it."
        ) from error


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of an export; None if there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("format") == FORMAT else None


def print_export(export: Export, console: Console) -> None:
    """Print what was written as a table, and where it is."""
    manifest = export.manifest
    table = Table(box=None, pad_edge=False)
    table.add_column("mart", no_wrap=True)
    for heading in ("rows", "columns", "bytes"):
        table.add_column(heading, justify="right")
    for name, mart in manifest["marts"].items():
        size = sum(file["bytes"] for file in mart["files"])
        table.add_row(name, f"{mart['rows']:,}", f"{len(mart['columns']):,}", f"{size:,}")
    console.print(table)
    words = "Exported" if export.is_new else "Nothing to do: the folder already holds"
    for line in (
        f"{words} publication {manifest['publication_id']}, known at the end of "
        f"{manifest['as_of_date']}, in {export.folder / manifest['folder']}",
        *(f"Removed {name}" for name in export.removed),
    ):
        console.print(line, soft_wrap=True, markup=False)


def export_to_json(export: Export) -> str:
    """Give the export as JSON: the manifest, and what was done."""
    return json.dumps(asdict(export), default=str, indent=2, ensure_ascii=False)


def _export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    names: Sequence[str] | None,
    keep: int | None,
) -> Export:
    for leftover in (*folder.glob(f"{UNFINISHED}*"), *folder.glob(f"{REMOVED}*")):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
    connection.execute(f"set memory_limit = '{MEMORY}'")
    spill = str(folder / f"{UNFINISHED}spill").replace("'", "''")
    connection.execute(f"set temp_directory = '{spill}'")
    layout = find_layout(connection)
    manifest = _describe(connection, layout, _chosen(connection, layout, names))
    last = read_manifest(folder)
    is_new = last is None or last["folder"] != manifest["folder"] or not _is_whole(folder, last)
    if is_new:
        if not _is_whole(folder, manifest):
            _write(connection, layout, folder, manifest)
        last = json.loads((folder / manifest["folder"] / MANIFEST).read_text())
        _replace(folder / MANIFEST, json.dumps(last, indent=2, ensure_ascii=False) + "\n")
    _point(folder, last["folder"])
    return Export(folder, is_new, last, _prune(folder, last["folder"], keep))


def _chosen(
    connection: duckdb.DuckDBPyConnection, layout: Layout, names: Sequence[str] | None
) -> list[str]:
    if names is None:
        return marts(connection, layout)
    known = relations(connection, layout)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise WarehouseError(
            f"There is no mart {', '.join(unknown)} in schema {layout.schema('marts')}; "
            f"there are: {', '.join(known)}."
        )
    if not names:
        raise WarehouseError("No mart is named: give names, or leave --marts out for all.")
    return sorted(set(names))


def _describe(
    connection: duckdb.DuckDBPyConnection, layout: Layout, names: list[str]
) -> dict[str, Any]:
    """Manifest of an export before it is written: its folder's name tells the content.

    A map can be drawn after the publication, so the rows count, not only the publication's number.
    """
    publication = connection.execute(
        "select publication_id, build_id, as_of_date, known_until, model_version, published_at "
        f"from {layout.relation('publication', 'publications')} "
        "order by publication_id desc limit 1"
    ).fetchone()
    if publication is None:
        raise WarehouseError(
            "Nothing has been published yet: `coterie summary` says which gates did not pass."
        )
    described = {}
    content = []
    for name in names:
        mart = layout.relation("marts", name)
        relation = connection.sql(f"from {mart}")
        columns = [
            {"name": column, "type": str(kind)}
            for column, kind in zip(relation.columns, relation.types, strict=True)
        ]
        values = ", ".join(quoted(column) for column in relation.columns)
        rows, digest = connection.execute(
            f"select count(*), cast(coalesce(sum(hash({values})), 0) as varchar) from {mart}"
        ).fetchone()
        described[name] = {"rows": rows, "columns": columns, "grain": list(GRAINS.get(name, ()))}
        content.append([name, columns, rows, digest])
    number, build_id, *days, model_version, published_at = publication
    digest = hashlib.sha256(json.dumps([FORMAT, number, build_id, content]).encode()).hexdigest()
    return {
        "format": FORMAT,
        "coterie_version": __version__,
        "publication_id": number,
        "build_id": build_id,
        "as_of_date": str(days[0]),
        "known_until": str(days[1]),
        "model_version": model_version,
        "published_at": published_at.isoformat(),
        "folder": f"{PUBLICATION}{number}-{digest[:12]}",
        "marts": described,
    }


def _write(
    connection: duckdb.DuckDBPyConnection, layout: Layout, folder: Path, manifest: dict[str, Any]
) -> None:
    """Write all files below a hidden name, and give them their own when they are on disk."""
    hidden = folder / f"{UNFINISHED}{uuid4().hex}"
    hidden.mkdir()
    for name, mart in manifest["marts"].items():
        file = hidden / f"{name}.parquet"
        # Sorted by key, files are small and tools skip what a filter leaves out.
        order = ", ".join(quoted(column) for column in mart["grain"]) or "all"
        path = str(file).replace("'", "''")
        connection.execute(
            f"copy (from {layout.relation('marts', name)} order by {order}) "
            f"to '{path}' (format parquet, compression snappy)"
        )
        mart["files"] = [{"path": file.name, "rows": mart["rows"], **_finish(file)}]
    manifest["exported_at"] = datetime.now(UTC).replace(tzinfo=None).isoformat()
    _replace(hidden / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    final = folder / manifest["folder"]
    if final.exists():
        # Of the same name and not whole: somebody has been at it.
        _remove(final)
    hidden.rename(final)
    _sync(folder)


def _finish(file: Path) -> dict[str, Any]:
    """Bring a file to disk; give its size and checksum."""
    with file.open("rb") as content:
        os.fsync(content.fileno())
        checksum = hashlib.file_digest(content, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "sha256": checksum}


def _is_whole(folder: Path, manifest: dict[str, Any]) -> bool:
    """Whether all files of an export are there with their size."""
    own = read_manifest(folder / manifest["folder"])
    if own is None:
        return False
    try:
        return all(
            (folder / manifest["folder"] / file["path"]).stat().st_size == file["bytes"]
            for mart in own["marts"].values()
            for file in mart["files"]
        )
    except OSError:
        return False


def _replace(path: Path, text: str) -> None:
    """Put a file in place at once, by renaming one that is on disk."""
    hidden = path.with_name(f"{UNFINISHED}{path.name}")
    with hidden.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    hidden.replace(path)
    _sync(path.parent)


def _point(folder: Path, name: str) -> None:
    """Let the link `current` point to an export; file systems without links do without."""
    link, hidden = folder / CURRENT, folder / f"{UNFINISHED}{CURRENT}"
    if link.is_symlink() and os.readlink(link) == name:
        return
    hidden.unlink(missing_ok=True)
    try:
        hidden.symlink_to(name, target_is_directory=True)
    except OSError:
        return
    hidden.replace(link)
    _sync(folder)


def _prune(folder: Path, current: str, keep: int | None) -> list[str]:
    """Remove the oldest exports but for `keep`; the current one stays."""
    if keep is None:
        return []
    others = {
        path.name: (read_manifest(path) or {}).get("exported_at", "")
        for path in folder.glob(f"{PUBLICATION}*")
        if path.is_dir() and path.name != current
    }
    newest_first = sorted(others, key=lambda name: (others[name], name), reverse=True)
    removed = sorted(newest_first[max(keep, 1) - 1 :])
    for name in removed:
        _remove(folder / name)
    return removed


def _remove(path: Path) -> None:
    """Remove a folder that nobody shall see half removed."""
    hidden = path.with_name(f"{REMOVED}{uuid4().hex}")
    path.rename(hidden)
    shutil.rmtree(hidden)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder for one export at a time; the lock ends with the process."""
    # Not on Windows, where the other commands run all the same.
    import fcntl  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WarehouseError(
                f"Another export into {folder} is running: wait until it has ended."
            ) from error
        yield


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    finally:
        connection.rollback()
