"""What `coterie diff` says is what was changed, and nothing else."""

import json

import duckdb
import pytest
from dbt_project_runner import ProjectRunner
from two_publications import ARRIVED, DAY, GONE, MOVED, add_publication, copy_of, refuse_candidate
from typer.testing import CliRunner

from coterie.cli import app
from coterie.diff import Move, Side, adjusted_rand_index, diff_warehouses, shared_by_pairs
from coterie.marts import GRAINS


@pytest.fixture(scope="module")
def changed(warehouse, tmp_path_factory):
    """The demo with a second publication in which known rows differ."""
    copy = copy_of(warehouse, tmp_path_factory.mktemp("changed"))
    add_publication(copy)
    return copy


@pytest.fixture(scope="module")
def found(changed):
    return diff_warehouses(Side(changed), Side(changed))


def run(*arguments: str):
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


def test_moves_arrivals_and_departures_are_those_that_were_made(found):
    assert found.moves == [
        Move("s01", "s02", MOVED),
        Move("s02", "gone", GONE),
        Move("new", "s02", ARRIVED),
    ]
    assert (found.customers.moved, found.customers.left, found.customers.arrived) == (
        MOVED,
        GONE,
        ARRIVED,
    )
    assert found.customers.moved_share == MOVED / found.customers.in_both
    assert found.after.as_of_date == DAY
    sizes = {s.segment_id: s.customers_after - s.customers_before for s in found.segments}
    assert sizes["s01"] == -MOVED
    assert sizes["s02"] == MOVED + ARRIVED - GONE
    assert sum(map(abs, sizes.values())) == 2 * MOVED + ARRIVED - GONE


def test_only_the_marts_that_were_changed_differ(found):
    changes = {m.mart: (m.added, m.removed, m.changed) for m in found.marts if m.differs}
    logs = {m.mart for m in found.marts if m.is_log}
    assert {mart: figures for mart, figures in changes.items() if mart not in logs} == {
        "customers": (ARRIVED, GONE, 1),
        "customer_segments": (ARRIVED, GONE, MOVED),
        "customer_scores": (ARRIVED, GONE, 0),
        "customer_dimensions": (ARRIVED, GONE, 0),
        "customer_segment_history": (MOVED, 0, MOVED),
    }
    columns = {m.mart: m.changed_columns for m in found.marts if m.changed_columns}
    assert columns == {
        "customers": {"revenue": 1},
        "customer_segments": {"segment_id": MOVED},
        "customer_segment_history": {"valid_to": MOVED},
    }
    assert {m.mart for m in found.marts} == set(GRAINS)


def test_a_gate_that_is_gone_is_told(found):
    assert [(g.check_name, g.passed_before, g.passed_after) for g in found.gates] == [
        ("revenue_is_conserved", True, None)
    ]
    assert found.models == []


def test_an_earlier_publication_is_what_the_marts_showed_then(warehouse, changed, tmp_path):
    """The first publication of the changed warehouse equals the warehouse before the change."""
    found = diff_warehouses(Side(warehouse, 1), Side(changed, 1))
    assert not any(mart.differs for mart in found.marts)
    assert not found.differs
    assert not diff_warehouses(Side(changed, 2), Side(changed, 2)).differs


def test_the_same_rows_published_again_are_no_difference(warehouse, tmp_path):
    copy = copy_of(warehouse, tmp_path)
    number = add_publication(copy, change=False)
    result = run("--warehouse", copy, "--json")
    page = json.loads(result.stdout)
    assert result.exit_code == 0, [mart for mart in page["marts"] if mart["added"]]
    assert page["differs"] is False
    assert (page["before"]["publication_id"], page["after"]["publication_id"]) == (
        number - 1,
        number,
    )
    # The log of publications has grown all the same.
    health = next(mart for mart in page["marts"] if mart["mart"] == "segment_health")
    assert (health["is_log"], health["added"]) == (True, 1)


def test_two_files_are_compared_and_a_refused_candidate_is_told(warehouse, tmp_path):
    copy = copy_of(warehouse, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("create or replace view marts.segment_curves as select 1 as k, 2 as new")
        connection.execute("drop view marts.segment_dendrogram")
    refuse_candidate(copy)
    result = run("--warehouse", copy, "--against", warehouse, "--markdown")
    assert result.exit_code == 1
    assert "After: a later candidate was refused by rejections_are_few." in result.stdout
    assert "| rejections_are_few | passed, figure" in result.stdout
    assert "Gone: segment_dendrogram." in result.stdout
    (row,) = (line for line in result.stdout.splitlines() if line.startswith("| segment_curves"))
    assert "+new" in row
    assert "-silhouette" in row


def test_segments_under_other_ids_are_paired(warehouse, tmp_path):
    copy = copy_of(warehouse, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "update publication.customer_segments_store set segment_id = "
            "case segment_id when 's01' then 's02' when 's02' then 's01' else segment_id end"
        )
        ((swapped,),) = connection.execute(
            "select count(*) from marts.customer_segments where segment_id in ('s01', 's02')"
        ).fetchall()
    customers = diff_warehouses(Side(warehouse), Side(copy)).customers
    assert customers.moved == swapped
    assert customers.moved_if_matched == 0
    assert customers.adjusted_rand_index == 1


def test_a_page_says_no_customer_id(changed):
    with duckdb.connect(str(changed), read_only=True) as connection:
        ids = connection.execute("select customer_id from marts.customers").fetchall()
    for form in ("--markdown", "--json"):
        page = run("--warehouse", changed, form).stdout
        assert not any(customer_id in page for (customer_id,) in ids)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--before", "7"), "holds no publication 7; it holds 1, 2"),
        (("--after", "1"), "holds no publication before 1: build once more, or name another"),
    ],
)
def test_a_publication_that_is_not_there_is_an_error(changed, arguments, words):
    result = run("--warehouse", changed, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_repeated_keys_are_an_error(changed, tmp_path):
    copy = copy_of(changed, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(
            "insert into publication.segments_store select * from publication.segments_store"
        )
    result = run("--warehouse", copy)
    assert result.exit_code == 2
    assert "mart segments repeat its key (segment_id)" in result.stderr


def test_a_mart_that_is_a_table_has_no_earlier_publication(changed, tmp_path):
    copy = copy_of(changed, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        connection.execute("create temp table kept as from marts.segments")
        connection.execute("drop view marts.segments")
        connection.execute("create table marts.segments as from kept")
        # What is not Coterie's is left alone, whatever it reads.
        connection.execute("create view marts.of_a_shop as select * from publication.candidate")
    result = run("--warehouse", copy)
    assert result.exit_code == 2
    assert "holds the last publication only: segments in schema marts" in result.stderr
    assert not diff_warehouses(Side(changed), Side(copy)).differs


def test_the_adjusted_rand_index_is_that_of_scikit_learn():
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415

    counts = {("a", "x"): 5, ("a", "y"): 2, ("b", "y"): 4, ("c", "x"): 1, ("c", "z"): 3}
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    expected = adjusted_rand_score([old for old, _ in pairs], [new for _, new in pairs])
    assert adjusted_rand_index(counts) == pytest.approx(expected)
    assert adjusted_rand_index({("a", "x"): 3}) is None
    assert adjusted_rand_index({}) is None
    assert shared_by_pairs(counts) == 5 + 4 + 3
    assert shared_by_pairs({}) == 0


@pytest.mark.slow
def test_two_builds_differ_by_the_flows_that_the_build_records(tmp_path):
    project = ProjectRunner(tmp_path)
    project.demo(300)
    kinds = ("--exclude-resource-type", "unit_test", "test")
    for day in ("2026-05-31", "2026-06-30"):
        project.dbt("build", *kinds, variables={"as_of_date": day}).expect_success()
    found = diff_warehouses(Side(project.warehouse), Side(project.warehouse))
    flows = project.query(
        "select from_segment_id, to_segment_id, sum(customers) from marts.segment_flows "
        "where publication_id = 2 and moved_by = 'behaviour' and from_segment_id <> to_segment_id "
        "group by all order by all"
    )
    # A flow counts the segment only: neither new nor gone, and none where there is no segment.
    none = {"no segment", "new", "gone"}
    counted = {}
    for move in found.moves:
        places = (move.from_segment, move.to_segment)
        pair = tuple("none" if place in none else place for place in places)
        if pair != ("none", "none"):
            counted[pair] = counted.get(pair, 0) + move.customers
    assert [(*pair, count) for pair, count in sorted(counted.items())] == flows
    assert flows
