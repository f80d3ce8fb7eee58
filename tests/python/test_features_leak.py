"""Features, rules of thumb and labels of a day use nothing that came to be known after it.

The demo is built at a day in the past twice: once on everything, once on what the source systems
could have delivered on that day. Identity is held fixed: who is who may be learned later.
"""

import shutil

import pytest
from dbt_project_runner import ProjectRunner

pytestmark = pytest.mark.slow

# The day of a mailing: some of it is opened and clicked on the days after.
AS_OF_DATE = "2026-01-07"
VARIABLES = {"as_of_date": AS_OF_DATE, "history_months": 2}
IS_LATER = f"> timestamp '{AS_OF_DATE} 23:59:59.999999'"

SCORES = ("score_population", "score_labels")

# Table: date of the fact, and columns that say what became known of it later, with when that was.
FACTS = {
    "contacts": ("created_at", {"updated_at": "updated_at"}),
    "orders": ("ordered_at", {"status": "status_known_at", "updated_at": "updated_at"}),
    "events": ("event_at", {}),
    "messages": (
        "sent_at",
        {
            f"{reaction}_at": f"{reaction}_at"
            for reaction in ("delivered", "opened", "clicked", "unsubscribed", "bounced")
        },
    ),
    "survey_answers": ("answered_at", {}),
    "interests": ("observed_at", {}),
    "consents": ("decided_at", {}),
    "erasure_requests": ("requested_at", {}),
    "outcomes": ("ended_at", {}),
    "attributes": ("observed_at", {}),
    "daily_weather": ("cast(observed_on as timestamp)", {}),
}
# What became known later of earlier facts: without any of these the test would prove little.
MUST_BLANK = {"contacts.updated_at", "orders.status", "messages.opened_at", "messages.clicked_at"}


def key_of(project: ProjectRunner, table: str) -> str:
    """SQL of the record key of a raw row, as staging forms it for rows whose key is whole."""
    columns = [
        name
        for (name,) in project.query(
            "select column_name from information_schema.columns "
            f"where table_schema = 'raw' and table_name = '{table}' order by ordinal_position"
        )
    ]
    keys = {
        "contacts": ["source_system", "contact_key"],
        "orders": ["source_system", "order_key"],
        "order_lines": ["source_system", "order_key"],
        "events": ["source_system", "event_key"],
        "messages": ["source_system", "message_key"],
        "survey_answers": [
            "source_system",
            "contact_key",
            "survey_key",
            "question_key",
            "answered_at",
        ],
        "interests": ["source_system", "contact_key", "interest", "observed_at"],
        "consents": ["source_system", "contact_key", "purpose", "channel", "decided_at"],
        "erasure_requests": ["source_system", "contact_key", "email", "requested_at"],
        "outcomes": ["source_system", "contact_key", "ended_at"],
        "attributes": ["source_system", "contact_key", "attribute", "observed_at"],
        "daily_weather": ["country", "postal_code", "observed_on"],
    }[table]
    assert set(keys) <= set(columns)
    return " || '|' || ".join(f"coalesce(trim({column}), '')" for column in keys)


def forget_what_came_later(project: ProjectRunner) -> dict[str, int]:
    """Remove later facts from raw, blank later knowledge of earlier ones; give their numbers."""
    statements, counts = [], {}
    for table, (date, later_columns) in FACTS.items():
        key = key_of(project, table)
        later = f"(select record_key from staging.stg_{table} where {date} {IS_LATER})"
        counts[table] = project.query(f"select count(*) from raw.{table} where {key} in {later}")[
            0
        ][0]
        for column, known_at in later_columns.items():
            later_known = (
                f"(select record_key from staging.stg_{table} where {known_at} {IS_LATER})"
            )
            condition = f"{key} in {later_known} and {key} not in {later} and {column} is not null"
            counts[f"{table}.{column}"] = project.query(
                f"select count(*) from raw.{table} where {condition}"
            )[0][0]
            statements.append(f"update raw.{table} set {column} = null where {condition}")
        if table == "orders":
            lines_key = key_of(project, "order_lines")
            statements.append(f"delete from raw.order_lines where {lines_key} in {later}")
        statements.append(f"delete from raw.{table} where {key} in {later}")
    # Statuses are blanked by their own date, before that date itself is.
    project.execute(*statements)
    return counts


def told_again_later(project: ProjectRunner, table: str, subject: str, date: str) -> int:
    """Number of answers or interests that were known at the date and told again after it."""
    return project.query(
        f"""
        select count(*) from (
            select source_system, contact_key, {subject} from staging.stg_{table}
            group by all having not (min({date}) {IS_LATER}) and max({date}) {IS_LATER}
        ) as told_again
        """
    )[0][0]


def features(project: ProjectRunner) -> list[tuple]:
    return project.query(
        "select cast(customer_features as varchar) from features.customer_features order by 1"
    )


def test_features_of_a_day_use_nothing_known_after_it(tmp_path):
    full = ProjectRunner(tmp_path / "full")
    full.demo(400)
    everything = (
        "build",
        "--select",
        "+staging",
        "+features",
        *SCORES,
        "--exclude-resource-type",
        "test",
        "unit_test",
    )
    full.dbt(*everything, variables=VARIABLES).expect_success()

    known = ProjectRunner(tmp_path / "known")
    shutil.copy(full.warehouse, known.warehouse)
    assert told_again_later(full, "survey_answers", "survey_key, question_key", "answered_at") > 0
    assert told_again_later(full, "interests", "interest", "observed_at") > 0
    forgotten = forget_what_came_later(known)
    assert all(count > 0 for name, count in forgotten.items() if name in MUST_BLANK), forgotten
    assert all(forgotten[table] > 0 for table in ("contacts", "orders", "events", "messages"))
    known.dbt(
        "run", "--select", "staging", "features", *SCORES, variables=VARIABLES
    ).expect_success()

    assert len(features(full)) > 400
    assert features(full) == features(known)
    # The rule of thumb and the groups of a day, and the labels whose windows were over by then.
    for model in SCORES:
        rows = f"select cast({model} as varchar) from prediction.{model} order by 1"
        assert full.query(rows) == known.query(rows), model
    assert full.query(
        "select count(*) > 100 and sum(has_bought) > 10 from prediction.score_labels "
        "where has_bought is not null"
    ) == [(True,)]

    # The rollup as it stands today does differ: the test above would notice a missing known_date.
    total = "select sum(orders), sum(events), sum(messages_opened) from features.customer_days"
    early = f"{total} where activity_date <= date '{AS_OF_DATE}'"
    assert full.query(early) != known.query(early)
