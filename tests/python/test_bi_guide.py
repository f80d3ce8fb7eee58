"""Every query of the guide to BI tools runs on the demo and gives rows."""

import re

import duckdb
import pytest
from dbt_project_runner import ROOT

from coterie.export import export_marts
from coterie.marts import GRAINS

GUIDE = (ROOT / "docs/guides/bi_tools.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", GUIDE, flags=re.DOTALL)
EXPORT = "/srv/coterie"


@pytest.fixture(scope="module")
def export(warehouse, tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("export")
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        export_marts(opened, folder, names=["segments", "customer_segments"])
    return str(folder)


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_a_query_gives_rows(connection, export, query):
    rows = connection.execute(query.replace(EXPORT, export)).fetchall()
    assert rows


def test_queries_of_the_guide_were_found():
    assert len(QUERIES) >= 9
    assert EXPORT in QUERIES[-1]


def test_the_guide_names_marts_that_are_there():
    questions = GUIDE.split("| question | mart |")[1].split("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", questions))
    assert named <= set(GRAINS)
    assert set(re.findall(r"marts\.(\w+)", "\n".join(QUERIES))) <= set(GRAINS)


@pytest.mark.parametrize("mart", sorted(GRAINS))
def test_a_preview_is_as_short_as_was_asked_for(connection, mart):
    """What every tool asks for first; DuckDB 2.0 gave all rows of views with another filter."""
    ((rows,),) = connection.execute(f"select count(*) from marts.{mart}").fetchall()
    preview = connection.execute(f"select * from marts.{mart} limit 2").fetchall()
    assert len(preview) == min(rows, 2)


@pytest.mark.parametrize("mart", sorted(GRAINS))
def test_sums_are_right_where_they_are_sorted_or_compared(connection, mart):
    """DuckDB 2.0 held them in too few bits over views with another filter."""
    columns = connection.execute(
        "select column_name from information_schema.columns where table_schema = 'marts' "
        "and table_name = ? and regexp_matches(data_type, '^(INTEGER|BIGINT|DECIMAL)')",
        [mart],
    ).fetchall()
    for (column,) in columns:
        ((expected,),) = connection.execute(f"select sum({column}) from marts.{mart}").fetchall()
        total = f"select sum({column}) as total from marts.{mart}"
        assert connection.execute(f"{total} order by 1").fetchall() == [(expected,)]
        assert connection.execute(f"{total} having sum({column}) > 1000").fetchall() == (
            [(expected,)] if expected is not None and expected > 1000 else []
        )
