"""The marts show the last good publication, whole, whatever happens to a build."""

import shutil
from pathlib import Path

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, record

pytestmark = pytest.mark.slow

CUSTOMERS = 300
# What follows the features: enough where only the model changes.
FROM_THE_FEATURES_ON = (
    "--select",
    "path:models/segmentation",
    "path:python_models/segmentation",
    "path:models/publication",
    "path:models/marts",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> ProjectRunner:
    """A project with one good publication; each test starts from a copy of its warehouse."""
    project = ProjectRunner(tmp_path_factory.mktemp("published"))
    project.demo(CUSTOMERS)
    project.dbt("build", "--exclude-resource-type", "unit_test").expect_success()
    assert last_publication(project) == 1
    return project


@pytest.fixture
def project(published, tmp_path) -> ProjectRunner:
    return copy_of(published, tmp_path)


def copy_of(published: ProjectRunner, folder: Path) -> ProjectRunner:
    folder.mkdir(exist_ok=True)
    copy = ProjectRunner(folder)
    shutil.copy(published.warehouse, copy.warehouse)
    # dbt need not parse again what has not changed.
    copy.target.mkdir(exist_ok=True)
    shutil.copy(published.target / "partial_parse.msgpack", copy.target)
    return copy


def last_publication(project: ProjectRunner) -> int:
    return project.query("select max(publication_id) from publication.publications")[0][0]


def failed_checks(project: ProjectRunner) -> set[str]:
    rows = project.query(
        """
        select check_name from publication.publication_checks
        where not is_passed and publication_id = (
            select max(publication_id) from publication.publication_checks
        )
        """
    )
    return {row[0] for row in rows}


def expect_next_build_publishes(project: ProjectRunner, *, publication: int = 2) -> None:
    project.dbt("run").expect_success()
    assert last_publication(project) == publication
    assert failed_checks(project) == set()


def test_a_failing_check_leaves_the_marts(project):
    before = project.marts_hash()
    result = project.dbt(
        "build", "--exclude-resource-type", "unit_test", variables={"max_rejected_share": 0.0}
    )
    assert result.exit_code != 0
    assert result.status("rejections_are_few") == "fail"
    assert result.status("publications") == "skipped"
    assert failed_checks(project) == {"rejections_are_few"}
    assert project.marts_hash() == before
    expect_next_build_publishes(project)
    assert project.marts_hash() == before, "the same input gives the same marts"


def test_dbt_run_does_not_publish_what_a_check_refuses(project):
    before = project.marts_hash()
    project.dbt("run", variables={"max_rejected_share": 0.0}).expect_success()
    assert last_publication(project) == 1
    assert failed_checks(project) == {"rejections_are_few"}
    assert project.marts_hash() == before
    project.dbt("run", "-s", "candidate+", variables={"max_rejected_share": 0.001}).expect_success()
    expect_next_build_publishes(project)
    assert project.marts_hash() == before
    # What the check said to the refused builds stays with the publication that they led to.
    told = project.query(
        """
        select
            check_name, refusals, last_refused_figure = figure, last_refused_at < checked_at,
            last_refused_words
        from publication.publication_checks
        where is_passed and refusals > 0
        """
    )
    assert [row[:4] for row in told] == [("rejections_are_few", 2, True, True)]
    assert "Found: " in told[0][4]


def test_repeated_rows_are_not_published(project):
    """A defect that repeats every assignment: a key test stops `dbt build`, a check `dbt run`."""
    before = project.marts_hash()
    model = project.folder / "models/segmentation/segment_assignments.sql"
    sql = model.read_text()
    model.write_text(f"{sql}\nunion all\nselect * from assignments\n")
    result = project.dbt("build", "--exclude-resource-type", "unit_test")
    assert result.status("unique_combination_segment_assignments_customer_id") == "fail"
    assert result.status("publications") == "skipped"
    assert project.marts_hash() == before
    project.dbt("run").expect_success()
    assert "customer_segments_store_key_is_unique" in failed_checks(project)
    assert project.marts_hash() == before
    model.write_text(sql)
    expect_next_build_publishes(project)
    assert project.marts_hash() == before


def test_building_one_mart_or_one_store_publishes_nothing(project):
    before = project.marts_hash()
    for selection in ("customers", "customers_store", "candidate customers_store", "publications"):
        project.dbt("build", "-s", *selection.split()).expect_success()
        assert last_publication(project) == 1, selection
        assert project.marts_hash() == before, selection
    project.dbt("run", "-s", "candidate", "customers_store", "publication_checks", "publications")
    assert last_publication(project) == 1
    assert "segments_store_is_of_this_build" in failed_checks(project)
    assert project.marts_hash() == before
    expect_next_build_publishes(project)


@pytest.fixture(scope="module")
def candidate(published, tmp_path_factory):
    """Open a warehouse whose second publication is prepared, with the SQL that checks it."""
    project = copy_of(published, tmp_path_factory.mktemp("candidate"))
    build = {"build_id": "faults"}
    project.dbt("run", "--exclude", "publications+", variables=build).expect_success()
    project.dbt("compile", "-s", "publication_checks", variables=build).expect_success()
    compiled = project.target / "compiled/coterie/models/publication/publication_checks.sql"
    with duckdb.connect(str(project.warehouse)) as connection:
        yield connection, compiled.read_text()


NEW = "where publication_id = 2"
DAMAGES = {
    "candidate_is_of_this_build": "update publication.candidate set build_id = 'other'",
    "record_counts_store_is_of_this_build": f"""
        update publication.record_counts_store set build_id = 'other' {NEW}""",
    "record_counts_store_key_is_unique": f"""
        update publication.record_counts_store set source_table = 'orders' {NEW}
        and source_table = 'places'""",
    "segments_store_key_is_unique": f"""
        update publication.segments_store set segment_id = null {NEW}
        and segment_id = (select min(segment_id) from publication.segments_store)""",
    "segment_profiles_store_key_is_unique": f"""
        insert into publication.segment_profiles_store
        select * from publication.segment_profiles_store {NEW} limit 1""",
    "segment_flows_store_key_is_unique": f"""
        update publication.segment_flows_store set moved_by = null {NEW}""",
    "cohort_retention_store_is_of_this_build": f"""
        update publication.cohort_retention_store set build_id = 'other' {NEW}""",
    "cohort_retention_store_key_is_unique": f"""
        update publication.cohort_retention_store set breakdown_value = null {NEW}
        and breakdown = 'all' and period = 1""",
    "cohorts_are_whole": f"""
        delete from publication.cohort_retention_store {NEW} and breakdown = 'channel'
        and cohort_month = (select min(cohort_month) from publication.cohort_retention_store)""",
    "lifetime_checks_store_key_is_unique": """
        insert into publication.lifetime_checks_store by name
        select 2 as publication_id, 'faults' as build_id, 'month' as kind""",
    "lifetime_models_store_is_of_this_build": f"""
        update publication.lifetime_models_store set build_id = 'other' {NEW}""",
    # The second publication changed nobody: the history is the first one's.
    "customer_segment_history_is_whole": """
        update publication.customer_segment_history_store set segment_id = 's99'
        where customer_id = (
            select min(customer_id) from publication.customer_segment_history_store
        )""",
    "inputs_are_still_there": f"""
        update publication.record_counts_store set is_present = false {NEW}
        and source_table = 'messages'""",
    "inputs_did_not_shrink": f"""
        update publication.record_counts_store
        set raw_rows = raw_rows // 3, accepted_rows = raw_rows // 3 - rejected_rows - duplicate_rows
        {NEW} and source_table = 'messages'""",
    "rows_are_conserved": f"""
        update publication.record_counts_store set accepted_rows = accepted_rows - 1 {NEW}
        and source_table = 'orders'""",
    "rejections_are_few": f"""
        update publication.record_counts_store
        set rejected_rows = accepted_rows, accepted_rows = rejected_rows {NEW}
        and source_table = 'orders'""",
    "customers_did_not_shrink": f"""
        delete from publication.customers_store {NEW} and customer_id > '8'""",
    "revenue_is_conserved": f"""
        update publication.customers_store set revenue = revenue + 0.01 {NEW}
        and customer_id = (select min(customer_id) from publication.customers_store)""",
    "every_customer_is_in_customer_segments": f"""
        delete from publication.customer_segments_store {NEW} and customer_id = (
            select min(customer_id) from publication.customer_segments_store
        )""",
    "every_customer_is_in_customer_dimensions": f"""
        delete from publication.customer_dimensions_store {NEW} and customer_id = (
            select min(customer_id) from publication.customer_dimensions_store
        )""",
    "active_customers_have_a_segment": f"""
        update publication.customer_segments_store set segment_id = null {NEW} and customer_id = (
            select min(customer_id) from publication.customers_store where orders > 0
        )""",
    "segment_sizes_add_up": f"""
        update publication.segments_store set size = size + 1 {NEW}
        and segment_id = (
            select min(segment_id) from publication.segments_store where level = 'segment'
        )""",
    "segment_levels_add_up": f"""
        update publication.segments_store set parent_segment_id = 'm99' {NEW}
        and segment_id = (
            select min(segment_id) from publication.segments_store where level = 'segment'
        )""",
    "every_segment_has_a_persona": f"""
        update publication.segment_personas_store set recommended_use = null {NEW}
        and language = 'fr' and segment_id = (
            select min(segment_id) from publication.segments_store
        )""",
    "segments_are_large_enough": f"""
        update publication.segments_store set share = 0.005 {NEW}
        and segment_id = (
            select min(segment_id) from publication.segments_store where level = 'segment'
        )""",
    "one_model_version": f"""
        update publication.segment_profiles_store set model_version = 'another' {NEW}""",
    "inputs_did_not_double": f"""
        update publication.record_counts_store
        set raw_rows = 2 * raw_rows, accepted_rows = accepted_rows + raw_rows
        {NEW} and source_table = 'messages'""",
    "features_did_not_drift": f"""
        update publication.segment_health_store set unanswered_drift = 3 {NEW}""",
    "features_did_not_collapse": f"""
        update publication.segment_health_store set collapsed_features = 1 {NEW}""",
    "segment_shares_did_not_drift": f"""
        update publication.segment_health_store
        set share_psi = 0.2, share_psi_limit = 0.1 {NEW}""",
    "segment_shares_did_not_jump": f"""
        update publication.segment_health_store set share_jumps = 1 {NEW}""",
    "customers_keep_their_segment": f"""
        update publication.segment_health_store
        set stayer_share = 0.69, stayer_share_min = 0.7 {NEW}""",
    "segment_health_store_is_of_this_build": f"""
        delete from publication.segment_health_store {NEW}""",
    "customer_scores_store_is_of_this_build": f"""
        delete from publication.customer_scores_store {NEW}""",
    "customer_scores_store_key_is_unique": f"""
        insert into publication.customer_scores_store
        select * from publication.customer_scores_store {NEW} limit 1""",
    "score_models_store_key_is_unique": """
        insert into publication.score_models_store (publication_id, build_id)
        values (2, 'faults')""",
    "score_evaluation_store_key_is_unique": """
        insert into publication.score_evaluation_store (publication_id, build_id)
        values (2, 'faults')""",
    "score_deciles_store_key_is_unique": """
        insert into publication.score_deciles_store (publication_id, build_id)
        values (2, 'faults')""",
    "score_drift_store_key_is_unique": """
        insert into publication.score_drift_store (publication_id, build_id)
        values (2, 'faults')""",
    "every_customer_is_in_customer_scores": f"""
        delete from publication.customer_scores_store {NEW} and customer_id = (
            select min(customer_id) from publication.customer_scores_store
        )""",
    "every_score_has_its_model": f"""
        update publication.customer_scores_store set churn_model_version = 'zzz' {NEW}""",
    "scores_are_probabilities": f"""
        update publication.customer_scores_store set purchase_probability = null {NEW}
        and customer_id = (select min(customer_id) from publication.customer_scores_store)""",
    "every_lifetime_value_has_its_model": """
        insert into publication.lifetime_models_store by name
        select 2 as publication_id, 'faults' as build_id, 'lost' as model_version,
            'accepted' as status""",
    "lifetime_values_lie_in_range": f"""
        update publication.customer_scores_store
        set p_alive = 0.5, expected_revenue_90d = 2, expected_revenue_365d = 1 {NEW}
        and customer_id = (select min(customer_id) from publication.customer_scores_store)""",
    "feature_bins_store_is_of_this_build": f"""
        update publication.feature_bins_store set build_id = 'other' {NEW}""",
}


def failures(connection: duckdb.DuckDBPyConnection, checks: str) -> dict[str, str]:
    rows = connection.execute(f"select check_name, is_passed, words from ({checks})").fetchall()
    assert rows
    return {name: words for name, is_passed, words in rows if not is_passed}


def test_an_undamaged_candidate_passes_every_check(candidate):
    assert failures(*candidate) == {}


@pytest.mark.parametrize("check", DAMAGES)
def test_each_check_is_seen_to_fail(candidate, check):
    connection, checks = candidate
    connection.begin()
    try:
        connection.execute(DAMAGES[check])
        found = failures(connection, checks)
    finally:
        connection.rollback()
    assert check in found


SOURCE = "source_table = 'orders' and source_system = 'shop'"
PAST = f"select rows_to_date from publication.input_freshness_store {NEW} and {SOURCE}"


@pytest.mark.parametrize(
    ("damages", "words"),
    [
        # Nine months on, a table that doubled has grown by 8 % in 30 days.
        (
            [
                "update publication.publications set as_of_date = as_of_date - 270",
                f"update publication.input_freshness_store set rows_to_last_date = ({PAST}) * 2 "
                f"{NEW} and {SOURCE}",
            ],
            {"inputs_did_not_double": "Found: orders of shop by 100 %."},
        ),
        # What a source system sends anew is no past.
        (
            [
                "update publication.publications set as_of_date = as_of_date - 90",
                "update publication.input_freshness_store set accepted_rows = 2 * accepted_rows, "
                f"rows_to_date = 2 * rows_to_date {NEW} and {SOURCE}",
            ],
            {},
        ),
        # A warehouse of before these figures.
        (
            [
                "update publication.input_freshness_store set rows_to_date = null, "
                "rows_to_last_date = null where publication_id = 1",
                f"update publication.input_freshness_store set rows_to_last_date = ({PAST}) * 2 "
                f"{NEW} and {SOURCE}",
            ],
            {},
        ),
        (
            [f"delete from publication.input_freshness_store {NEW} and {SOURCE}"],
            {"inputs_are_still_there": "Found: orders of shop."},
        ),
        # Silent for so long that it was retired.
        (
            [
                "update publication.input_freshness_store set days_silent = 366 "
                f"where publication_id = 1 and {SOURCE}",
                f"delete from publication.input_freshness_store {NEW} and {SOURCE}",
            ],
            {},
        ),
        # Where the table is gone, it is named and not each of its systems.
        (
            [
                f"update publication.record_counts_store set is_present = false {NEW} "
                "and source_table = 'orders'",
                f"delete from publication.input_freshness_store {NEW} and source_table = 'orders'",
            ],
            {"inputs_are_still_there": "Found: orders."},
        ),
    ],
)
def test_source_systems_are_judged_one_by_one(candidate, damages, words):
    connection, checks = candidate
    connection.begin()
    try:
        for damage in damages:
            connection.execute(damage)
        found = failures(connection, checks)
    finally:
        connection.rollback()
    assert set(found) == set(words)
    for check, ending in words.items():
        assert found[check].endswith(ending)


def test_a_failing_check_names_the_table(candidate):
    connection, checks = candidate
    connection.begin()
    connection.execute(DAMAGES["inputs_are_still_there"])
    found = failures(connection, checks)
    connection.rollback()
    assert found["inputs_are_still_there"].endswith("Found: messages.")


def test_full_refresh_keeps_state_and_publication(project):
    before = project.marts_hash()
    models = project.query("select * from segmentation.segment_models")
    result = project.dbt("run", "--full-refresh", variables={"max_rejected_share": 0.0})
    result.expect_success()
    assert last_publication(project) == 1
    assert project.marts_hash() == before
    project.dbt("run", "--full-refresh").expect_success()
    assert last_publication(project) == 2
    assert project.marts_hash() == before
    assert project.query("select * from segmentation.segment_models") == models


def models_in_force(project: ProjectRunner) -> set[str]:
    """Models that the marts, and the registry as the last build left it, show."""
    rows = project.query(
        """
        select model_version from marts.customer_segments where model_version is not null
        union select model_version from marts.segments
        union select model_version from segmentation.segment_models where status = 'accepted'
        """
    )
    return {row[0] for row in rows}


def test_a_model_is_in_force_from_its_publication_on(project):
    before = project.marts_hash()
    published = models_in_force(project)
    assert len(published) == 1
    retrained = {"retrain": True, "segment_seed": 7, "outlier_iqr_factor": 1.5}
    project.dbt(
        "run", *FROM_THE_FEATURES_ON, variables={**retrained, "max_rejected_share": 0.0}
    ).expect_success()
    assert last_publication(project) == 1
    assert project.marts_hash() == before
    # The model of the refused build is forgotten: the published one still stands.
    expect_next_build_publishes(project)
    assert models_in_force(project) == published
    assert project.marts_hash() == before
    assert project.query("select is_due from segmentation.segment_training_plan") == [(False,)]

    project.dbt("run", *FROM_THE_FEATURES_ON, variables=retrained).expect_success()
    assert last_publication(project) == 3
    after = models_in_force(project)
    assert len(after) == 1
    assert after != published
    settings = {"outlier_iqr_factor": retrained["outlier_iqr_factor"]}
    project.dbt("run", *FROM_THE_FEATURES_ON, variables=settings).expect_success()
    assert models_in_force(project) == after, "nothing is due: the model is kept"
    assert project.query("select count(*) from segmentation.segment_model_log") == [(3,)]

    # Going back in the publications goes back to their model too.
    project.execute("delete from publication.publications where publication_id > 2")
    project.dbt("run").expect_success()
    assert last_publication(project) == 3
    assert models_in_force(project) == published
    assert project.marts_hash() == before


def test_a_vanished_input_is_not_published(project):
    before = project.marts_hash()
    project.execute("alter table raw.events rename to events_away")
    result = project.dbt("build", "--exclude-resource-type", "unit_test")
    assert result.exit_code != 0
    assert project.marts_hash() == before
    assert "inputs_are_still_there" in failed_checks(project)

    project.execute("alter table raw.orders rename to orders_away")
    result = project.dbt("run")
    assert result.exit_code != 0
    assert "orders" in result.output and "events" in result.output
    assert project.marts_hash() == before

    project.execute(
        "alter table raw.events_away rename to events",
        "alter table raw.orders_away rename to orders",
    )
    expect_next_build_publishes(project)
    assert project.marts_hash() == before


def test_a_truncated_input_is_not_published(project):
    before = project.marts_hash()
    project.execute("delete from raw.orders where rowid % 3 > 0")
    project.dbt("run").expect_success()
    assert "inputs_did_not_shrink" in failed_checks(project)
    assert project.marts_hash() == before


def kill_at_random(published: ProjectRunner, folder: Path, *, times: int, seed: int) -> int:
    """Kill running builds of changed data at random moments; give how many had ended before.

    After each kill the marts are, whole, either those of before or those of an undisturbed build.
    """
    change = "delete from raw.orders where rowid % 50 = 0"
    undisturbed = copy_of(published, folder / "undisturbed")
    undisturbed.execute(change)
    undisturbed.dbt("run").expect_success()
    after = undisturbed.marts_hash()

    project = copy_of(published, folder / "disturbed")
    before = project.marts_hash()
    assert before != after
    project.execute(change)
    had_ended = 0
    for was_running in project.kill_dbt_at_random("run", times=times, longest_delay=1, seed=seed):
        had_ended += not was_running
        expected = before if last_publication(project) == 1 else after
        assert project.marts_hash() == expected
    project.dbt("run").expect_success()
    assert last_publication(project) >= 2
    assert project.marts_hash() == after
    return had_ended


def test_kills_leave_the_marts_whole(published, tmp_path):
    kill_at_random(published, tmp_path, times=3, seed=1)


@pytest.mark.prove
def test_many_kills_leave_the_marts_whole(published, tmp_path):
    had_ended = kill_at_random(published, tmp_path, times=20, seed=2)
    record(
        "kills at random moments of a build",
        {"builds": 20 + had_ended, "killed_while_running": 20},
    )
