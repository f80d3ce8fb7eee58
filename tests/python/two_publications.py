"""A warehouse with a second publication whose differences from the first one are known.

The rows of the stores are copied under the next number and changed by hand, so nothing is built.
"""

import shutil
from datetime import date
from pathlib import Path

import duckdb

MOVED, GONE, ARRIVED = 5, 3, 2
CUSTOMER_STORES = (
    "customers_store",
    "customer_segments_store",
    "customer_scores_store",
    "customer_dimensions_store",
)
DAY = date(2026, 7, 31)


def add_publication(warehouse: Path, *, change: bool = True) -> int:
    """Publish once more by hand; give the number of the new publication.

    With `change`, some customers move from the first to the second segment, some are gone and
    some are new; else every row is that of the last publication.
    """
    with duckdb.connect(str(warehouse)) as connection:
        (last,) = connection.execute(
            "select max(publication_id) from publication.publications"
        ).fetchone()
        number = last + 1
        stores = connection.execute(
            "select distinct table_name from information_schema.columns "
            "where table_schema = 'publication' and column_name = 'publication_id' "
            # It holds changes only.
            "and table_name not in ('candidate', 'customer_segment_history_store')"
        ).fetchall()
        for (store,) in stores:
            connection.execute(
                f"insert into publication.{store} "
                f"select * replace ({number} as publication_id, 'by hand' as build_id) "
                f"from publication.{store} where publication_id = {last}"
            )
        connection.execute(
            "update publication.publications set as_of_date = ? where publication_id = ?",
            [DAY, number],
        )
        if change:
            _change(connection, number)
    return number


def _change(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    connection.execute(
        f"""
        create temp table chosen as
        select customer_id, segment_id, row_number() over (
            partition by segment_id order by customer_id
        ) as place
        from publication.customer_segments_store
        where publication_id = {number} and segment_id in ('s01', 's02')
        """
    )
    rows = connection.execute("select segment_id, place, customer_id from chosen").fetchall()
    ids = {(segment, place): customer_id for segment, place, customer_id in rows}
    moved = [ids["s01", place] for place in range(1, 1 + MOVED)]
    gone = [ids["s02", place] for place in range(1, 1 + GONE)]
    new = [ids["s02", place] for place in range(1 + GONE, 1 + GONE + ARRIVED)]
    connection.execute(
        "update publication.customer_segments_store set segment_id = 's02' "
        "where publication_id = ? and list_contains(?, customer_id)",
        [number, moved],
    )
    for store in CUSTOMER_STORES:
        here = f"publication.{store} where publication_id = {number}"
        connection.execute(
            f"insert into publication.{store} "
            f"select * replace (md5(customer_id) as customer_id) from {here} "
            "and list_contains(?, customer_id)",
            [new],
        )
        connection.execute(f"delete from {here} and list_contains(?, customer_id)", [gone])
    connection.execute(
        "insert into publication.customer_segment_history_store by name "
        "select customer_id, 's02' as segment_id, model_version, publication_id, build_id "
        "from publication.customer_segments_store "
        "where publication_id = ? and list_contains(?, customer_id)",
        [number, moved],
    )
    connection.execute(
        "update publication.customers_store set revenue = revenue + 1 "
        "where publication_id = ? and customer_id = ?",
        [number, ids["s01", MOVED + 1]],
    )
    connection.execute(
        "delete from publication.publication_checks where publication_id = ? "
        "and check_name = 'revenue_is_conserved'",
        [number],
    )


def refuse_candidate(warehouse: Path) -> None:
    """Leave the checks of a later candidate that a gate has refused."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "insert into publication.publication_checks select * replace ("
            "publication_id + 1 as publication_id, "
            "check_name <> 'rejections_are_few' as is_passed) "
            "from publication.publication_checks where publication_id = "
            "(select max(publication_id) from publication.publications)"
        )


def copy_of(warehouse: Path, folder: Path) -> Path:
    """Copy a warehouse into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(warehouse, folder / "copy.duckdb"))
