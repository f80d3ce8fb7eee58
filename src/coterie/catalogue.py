"""What ``make docs`` adds to the static page of dbt: our front page and the lineage of columns."""

import logging
import shutil
import sys
from pathlib import Path

# dbt's page shows the last __overview__ it finds, a package's before the installing project's: ours
# has another name, and takes that place on our own page only.
STORY = '"name": "__coterie__"'
FRONT_PAGE = '"name": "__overview__"'
LINEAGE_FOLDER = "column_lineage"


class Incomplete(Exception):
    """The catalogue cannot be written, or holds less than it says."""


class _Faults(logging.Handler):
    """Keeps what the lineage could not read; its other words are progress."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def with_story_first(page: str) -> str:
    """Make the block ``__coterie__`` the front page of dbt's static page.

    Parameters
    ----------
    page
        The HTML that ``dbt docs generate --static`` wrote.

    Returns
    -------
    str
        The same, opening with our story.
    """
    if page.count(STORY) != 1:
        raise Incomplete(
            f"dbt's page holds {page.count(STORY)} blocks {STORY}, not one: the story in "
            "models/_overview.md is the block __coterie__, and dbt may have changed how it writes "
            "its page."
        )
    return page.replace(STORY, FRONT_PAGE)


def write_lineage(target: Path) -> tuple[Path, list[str]]:
    """Write the page of column lineage beside dbt's artifacts.

    The library is called, not its command, which asks the network for a newer version of itself.

    Parameters
    ----------
    target
        Folder that holds manifest.json and catalog.json.

    Returns
    -------
    tuple of Path and list of str
        The page, and what could not be read of which model.
    """
    try:
        from dbt_colibri.lineage_extractor.extractor import (  # noqa: PLC0415
            DbtColumnLineageExtractor,
        )
        from dbt_colibri.report.generator import DbtColibriReportGenerator  # noqa: PLC0415
        from sqlglot.optimizer.scope import Scope  # noqa: PLC0415
    except ImportError as error:
        raise Incomplete(
            f"The lineage of columns needs {error.name}: pip install 'coterie[lineage]'."
        ) from error
    if not hasattr(Scope, "union_scopes"):
        # Its name before sqlglot 30; dbt-colibri 0.3.7 would lose every column below a union.
        Scope.union_scopes = property(lambda scope: scope.set_operation_scopes)
    artifacts = [target / name for name in ("manifest.json", "catalog.json")]
    for path in artifacts:
        if not path.exists():
            raise Incomplete(f"There is no {path}: run `dbt docs generate --static` first.")
    folder = target / LINEAGE_FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    faults, logger = _Faults(), logging.getLogger("colibri")
    logger.handlers = [faults]
    logger.propagate = False
    extractor = DbtColumnLineageExtractor(*map(str, artifacts))
    # Light: without the SQL, which dbt's page shows. Telemetry is all it would ask of the net.
    report = DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True)
    report.generate_report(output_dir=str(folder))
    return folder / "index.html", faults.messages


def main(target: Path) -> int:
    """Finish the catalogue in dbt's target folder.

    Returns
    -------
    int
        0, or 1 where something is missing from it.
    """
    page = target / "static_index.html"
    try:
        if not page.exists():
            raise Incomplete(f"There is no {page}: run `dbt docs generate --static` first.")
        page.write_text(with_story_first(page.read_text()))
        lineage, faults = write_lineage(target)
    except Incomplete as error:
        print(error, file=sys.stderr)
        return 1
    for fault in faults:
        print(f"column lineage: {fault}", file=sys.stderr)
    print(f"Catalogue: {page}\nColumn lineage: {lineage}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "target")))
