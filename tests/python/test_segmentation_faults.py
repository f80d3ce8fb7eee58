"""What looks like other customers than last time is refused, named, and leaves the marts alone.

Each fault is put into a copy of one built demo. Where it lies beyond the features, only what comes
after it is built.
"""

import re
import shutil

import pytest
from dbt_project_runner import MARTS, DbtResult, ProjectRunner

pytestmark = pytest.mark.slow

# Everything after the features, with every store.
AFTER_FEATURES = ("-s", "segment_bin_counts+", "candidate+")
# Everything after the assignments.
AFTER_ASSIGNMENTS = ("-s", "segment_share_changes+", "segment_stayers+", "candidate+")
STOPPED = "assert_no_source_has_stopped"


@pytest.fixture
def project(demo, tmp_path) -> ProjectRunner:
    """The built demo with one publication, to be damaged."""
    copy = ProjectRunner(tmp_path)
    shutil.copy(demo.warehouse, copy.warehouse)
    return copy


def last_publication(project: ProjectRunner) -> int:
    return project.query("select max(publication_id) from publication.publications")[0][0]


def failures(project: ProjectRunner) -> dict[str, str]:
    """Words of each check that the newest candidate failed."""
    return dict(
        project.query(
            """
            select check_name, words from publication.publication_checks
            where not is_passed and publication_id = (
                select max(publication_id) from publication.publication_checks
            )
            """
        )
    )


def verdict(project: ProjectRunner) -> str:
    """Words of segment_health for the newest candidate."""
    return project.query(
        "select verdict from publication.segment_health_store order by publication_id desc limit 1"
    )[0][0]


def refused(project: ProjectRunner, *selection: str) -> dict[str, str]:
    """Build the damaged project: nothing is published and the marts stay; give what failed."""
    before, publication = project.schema_hash(), last_publication(project)
    # Every mart, with those that gain rows with each publication.
    assert set(MARTS) < set(before)
    project.dbt("run", *selection).expect_success()
    assert last_publication(project) == publication
    assert project.schema_hash() == before
    return failures(project)


def publishes(project: ProjectRunner, *selection: str, variables: dict | None = None) -> DbtResult:
    """Build the mended project: it is published without a repair by hand."""
    publication = last_publication(project)
    result = project.dbt("run", *selection, variables=variables).expect_success()
    assert failures(project) == {}
    assert last_publication(project) == publication + 1
    return result


def plan(project: ProjectRunner) -> tuple[bool, str]:
    return project.query("select is_due, reason from segmentation.segment_training_plan")[0]


def keep(project: ProjectRunner, table: str) -> str:
    """Keep a table aside; give the statement that brings its rows back."""
    aside = f"main.kept_{table.partition('.')[2]}"
    project.execute(f"create table {aside} as from {table}")
    return f"create or replace table {table} as from {aside}"


def test_drift_in_three_features(project):
    before = project.marts_hash()
    mend = keep(project, "features.customer_features")
    drift = """
        update features.customer_features set
            visits_365d = 2 * visits_365d,
            average_order_value_365d = 1.5 * average_order_value_365d,
            items_per_order_365d = items_per_order_365d + 1
    """
    project.execute(drift)
    failed = refused(project, *AFTER_FEATURES)
    names = "average_order_value_365d, items_per_order_365d, visits_365d"
    assert failed["features_did_not_drift"].endswith(f"Found: {names}.")
    assert f"Features have drifted: {names}." in verdict(project)
    # Nothing is learnt from what is not believed.
    is_due, reason = plan(project)
    assert not is_due and "drift_accepted_on" in reason

    project.execute(mend)
    publishes(project, *AFTER_FEATURES)
    assert verdict(project) == "Nothing has drifted."
    assert project.marts_hash() == before

    # The same change, said to be real, is published and learnt from.
    project.execute(drift)
    publishes(project, *AFTER_FEATURES, variables={"drift_accepted_on": "2026-06-30"})
    is_due, reason = plan(project)
    assert is_due
    figures = [f"{name} \\(PSI [0-9.]+, limit 0.1[0-9]*\\)" for name in names.split(", ")]
    assert re.fullmatch(
        f"Features have drifted from the data of the accepted model: {', '.join(figures)}.", reason
    )
    assert "Accepted as real." in verdict(project)
    assert project.marts_hash() != before


def test_drift_in_one_feature_is_a_warning(project):
    project.execute("update features.customer_features set visits_365d = 2 * visits_365d")
    result = project.dbt(
        "build",
        *AFTER_FEATURES,
        "assert_no_feature_has_drifted",
        "--exclude-resource-type",
        "unit_test",
    )
    assert result.status("assert_no_feature_has_drifted") == "warn"
    assert failures(project) == {}
    assert verdict(project).startswith("To be watched, features have drifted: visits_365d.")


def test_a_collapsed_feature(project):
    before = project.marts_hash()
    mend = keep(project, "features.customer_features")
    project.execute("update features.customer_features set open_rate_365d = 0")
    failed = refused(project, *AFTER_FEATURES)
    assert failed["features_did_not_collapse"].endswith("Found: open_rate_365d.")
    assert "features_did_not_drift" not in failed
    project.execute(mend)
    publishes(project, *AFTER_FEATURES)
    assert project.marts_hash() == before


def test_shuffled_labels(project):
    """Every customer gets the segment of another: the shares stay, nobody keeps a segment."""
    before = project.marts_hash()
    mend = keep(project, "segmentation.segment_assignments")
    project.execute(
        """
        create or replace table segmentation.segment_assignments as
        select assigned.* replace (shuffled.segment_id as segment_id)
        from (
            select *, row_number() over (order by md5(customer_id || 'a')) as place
            from segmentation.segment_assignments where segment_id is not null
        ) as assigned
        inner join (
            select segment_id, row_number() over (order by md5(customer_id || 'b')) as place
            from segmentation.segment_assignments where segment_id is not null
        ) as shuffled using (place)
        union all by name
        select *, 0 as place from segmentation.segment_assignments where segment_id is null
        """,
        "alter table segmentation.segment_assignments drop column place",
    )
    failed = refused(project, *AFTER_ASSIGNMENTS)
    assert set(failed) == {"customers_keep_their_segment"}
    assert "Too few customers have kept their segment." in verdict(project)
    project.execute(mend)
    publishes(project, *AFTER_ASSIGNMENTS)
    assert project.marts_hash() == before


def test_a_segment_that_swallows_another(project):
    mend = keep(project, "segmentation.segment_assignments")
    project.execute(
        "update segmentation.segment_assignments set segment_id = 's02' "
        "where segment_id = 's01' and customer_id < '8'"
    )
    failed = refused(project, *AFTER_ASSIGNMENTS)
    assert failed["segment_shares_did_not_jump"].endswith("Found: s01.")
    project.execute(mend)
    publishes(project, *AFTER_ASSIGNMENTS)


def test_a_source_doubled_under_new_keys(project):
    before = project.marts_hash()
    mend = keep(project, "raw.orders")
    project.execute(
        "insert into raw.orders "
        "select * replace (order_key || '-again' as order_key) from raw.orders"
    )
    failed = refused(project)
    assert failed["inputs_did_not_double"].endswith(
        "Found: orders by 100 %, orders of crm by 100 %, orders of shop by 100 %."
    )
    project.execute(mend)
    publishes(project)
    assert project.marts_hash() == before


def test_one_source_system_doubled_under_new_keys(project):
    """A fifth of the orders: neither the table nor any feature moves far enough to be refused."""
    before = project.marts_hash()
    mend = keep(project, "raw.orders")
    project.execute(
        "insert into raw.orders "
        "select * replace (order_key || '-again' as order_key) from raw.orders "
        "where source_system = 'crm'"
    )
    failed = refused(project)
    assert set(failed) == {"inputs_did_not_double"}
    assert failed["inputs_did_not_double"].endswith("Found: orders of crm by 100 %.")
    project.execute(mend)
    publishes(project)
    assert project.marts_hash() == before


def test_a_vanished_source_system(project):
    """A twentieth of the messages: nothing else tells that they are gone."""
    project.execute("delete from raw.messages where source_system = 'crm'")
    failed = refused(project)
    assert set(failed) == {"inputs_are_still_there"}
    assert failed["inputs_are_still_there"].endswith("Found: messages of crm.")
    # The same, done on purpose.
    publishes(project, variables={"input_tables_retired": ["messages.crm"]})


def test_a_vanished_source(project):
    before = project.marts_hash()
    project.execute("alter table raw.messages rename to messages_away")
    failed = refused(project)
    assert failed["inputs_are_still_there"].endswith("Found: messages.")
    assert re.search(r"Found: .*open_rate_365d", failed["features_did_not_collapse"])
    project.execute("alter table raw.messages_away rename to messages")
    publishes(project)
    assert project.marts_hash() == before


def test_a_truncated_table(project):
    before = project.marts_hash()
    mend = keep(project, "raw.events")
    project.execute("delete from raw.events where rowid % 3 > 0")
    failed = refused(project)
    assert failed["inputs_did_not_shrink"].endswith("Found: events.")
    project.execute(mend)
    publishes(project)
    assert project.marts_hash() == before


def warning(project: ProjectRunner, variables: dict | None = None) -> str:
    """Give the status of the warning of stopped sources."""
    return project.dbt("test", "-s", STOPPED, variables=variables).status(STOPPED)


def test_a_source_that_stopped(project):
    last = "timestamp '2026-05-29 12:00:00'"
    project.execute(
        f"update staging.checked_messages set sent_at = least(sent_at, {last}) "
        "where source_system = 'newsletter'"
    )
    publishes(project, *AFTER_ASSIGNMENTS)
    assert verdict(project) == (
        "To be watched, sources have stopped: messages of newsletter (32 days)."
    )
    assert warning(project) == "warn"
    found = project.query("select stopped_sources from marts.segment_health order by 1 nulls last")
    assert found[0] == ("messages of newsletter",)


def test_every_feed_has_stopped(project):
    """The last day of the data stays where it is: the day up to which the build knows does not."""
    later = {"known_until": "2026-08-01"}
    publishes(project, *AFTER_ASSIGNMENTS, variables=later)
    days = dict(
        project.query(
            """
            select source_table || ' of ' || source_system, days_silent
            from publication.input_freshness_store
            where publication_id = (select max(publication_id) from publication.candidate)
            """
        )
    )
    assert days["orders of shop"] == days["events of shop"] == 32
    named = ", ".join(f"{source} ({days[source]} days)" for source in sorted(days))
    assert verdict(project) == (
        f"To be watched, no source has sent anything new since 2026-06-30: {named}."
    )
    assert warning(project, later) == "warn"
