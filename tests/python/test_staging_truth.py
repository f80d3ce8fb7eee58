"""Staging against the generator's record of what it damaged: nothing missed, nothing too much."""

from collections import Counter

import pytest

TABLES_WITH_DAMAGE = (
    "select distinct source_table from demo_truth.damaged_rows where expected = '{expected}'"
)


def tables(connection, expected: str) -> list[str]:
    found = connection.execute(TABLES_WITH_DAMAGE.format(expected=expected)).fetchall()
    assert found, f"the demo has no row that should be {expected}"
    return sorted(table for (table,) in found)


def counted(connection, query: str) -> Counter:
    return Counter({tuple(row[:-1]): row[-1] for row in connection.execute(query).fetchall()})


def test_what_is_rejected_is_what_was_spoilt(connection):
    """Precision and recall 1.0: the same rows, as often, for the same reasons."""
    expected = counted(
        connection,
        """
        select source_table, record_key, expected_reason, count(*)
        from demo_truth.damaged_rows where expected = 'rejected' group by all
        """,
    )
    found = counted(
        connection,
        """
        select source_table, record_key, reason_code, count(*)
        from staging.rejected_records group by all
        """,
    )
    assert len(expected) > 0
    assert {"missed": list((expected - found).items())[:5]} == {"missed": []}
    assert {"wrongly rejected": list((found - expected).items())[:5]} == {"wrongly rejected": []}


def test_exact_duplicates_are_those_that_were_planted(connection):
    expected = counted(
        connection,
        """
        select source_table, record_key, count(*)
        from demo_truth.damaged_rows where expected = 'duplicate' group by all
        """,
    )
    every_table = connection.execute("select source_table from staging.record_counts").fetchall()
    found = counted(
        connection,
        " union all ".join(
            f"select '{table}', record_key, count(*) from staging.checked_{table} "
            "where copy_number > 1 group by all"
            for (table,) in every_table
        ),
    )
    assert len(expected) > 0
    assert {"missed": list((expected - found).items())[:5]} == {"missed": []}
    assert {"no duplicates": list((found - expected).items())[:5]} == {"no duplicates": []}


def test_repaired_values_are_the_true_ones(connection):
    wrong = []
    for table in tables(connection, "repaired"):
        columns = connection.execute(
            "select distinct column_name from demo_truth.damaged_rows "
            "where expected = 'repaired' and source_table = ?",
            [table],
        ).fetchall()
        for (column,) in columns:
            wrong += connection.execute(
                f"""
                select '{table}', '{column}', damage.damage, damage.record_key,
                    damage.expected_value, cast(accepted.{column} as varchar)
                from demo_truth.damaged_rows as damage
                left join staging.stg_{table} as accepted using (record_key)
                where damage.expected = 'repaired'
                    and damage.source_table = '{table}'
                    and damage.column_name = '{column}'
                    and (
                        accepted.record_key is null
                        or cast(accepted.{column} as varchar) is distinct from damage.expected_value
                    )
                """
            ).fetchall()
    assert wrong[:5] == []


def test_odd_but_usable_rows_are_kept(connection):
    lost = []
    for table in tables(connection, "kept"):
        lost += connection.execute(
            f"""
            select '{table}', damage, record_key
            from demo_truth.damaged_rows
            where expected = 'kept' and source_table = '{table}'
                and record_key not in (select record_key from staging.stg_{table})
            """
        ).fetchall()
    assert lost[:5] == []


@pytest.mark.parametrize(
    ("column", "table", "least"),
    [
        ("email", "contacts", 0.5),
        ("phone", "contacts", 0.2),
        ("birth_date", "contacts", 0.2),
        ("revenue", "orders", 1.0),
        ("category", "order_lines", 0.9),
    ],
)
def test_cleaning_does_not_empty_a_column(connection, column, table, least):
    """A rule that lost everything would pass every test of form."""
    kept, rows = connection.execute(
        f"select count({column}), count(*) from staging.stg_{table}"
    ).fetchone()
    assert kept >= least * rows
