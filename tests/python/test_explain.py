"""`coterie explain` says of a customer what the marts say, and nothing personal."""

import json

import duckdb
import pytest
from dbt_project_runner import ROOT
from two_publications import add_publication, copy_of
from typer.testing import CliRunner

from coterie.cli import app
from coterie.explain import WORDS


def run(*arguments: str):
    return CliRunner().invoke(app, ["explain", *map(str, arguments)])


def one(connection, query: str):
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1, query
    return rows[0][0]


@pytest.fixture
def customer_id(connection) -> str:
    """A customer with a segment and scores of a model, or of the rule where no model stands."""
    return one(
        connection,
        "select customer_id from marts.customer_segments join marts.customer_scores "
        "using (customer_id) where segment_id is not null and churn_basis <> 'left already' "
        "order by customer_id limit 1",
    )


def test_the_explanation_is_what_the_marts_say(warehouse, connection, customer_id):
    result = run(customer_id, "--warehouse", warehouse, "--json")
    (page,) = json.loads(result.stdout)
    relation = connection.sql(
        "from marts.customer_segments join marts.customer_scores using (customer_id) "
        f"join marts.customers using (customer_id) where customer_id = '{customer_id}'"
    )
    (values,) = relation.fetchall()
    row = dict(zip(relation.columns, values, strict=True))
    assert result.exit_code == 0
    assert page["customer_id"] == customer_id
    assert page["as_of_date"] == str(row["as_of_date"])
    assert page["lifecycle_stage"] == row["lifecycle_stage"]
    assert page["segment"]["segment_id"] == row["segment_id"]
    assert page["segment"]["name"] == row["segment_name"]
    assert page["path"][0]["name"] == (row["macro_segment_name"] or row["segment_name"])
    assert (page["distance"], page["confidence"]) == (row["distance"], row["confidence"])
    runner_up = page["runner_up"] and page["runner_up"]["segment_id"]
    assert runner_up == row["second_segment_id"]
    assert page["reasons"] == [row[f"reason_{n}"] for n in (1, 2, 3) if row[f"reason_{n}"]]
    for outcome in ("churn", "purchase"):
        score = page["scores"][outcome]
        assert score["probability"] == row[f"{outcome}_probability"]
        assert score["basis"] == row[f"{outcome}_basis"]
        names = [f"{outcome}_reason_{n}" for n in (1, 2, 3)]
        assert score["reasons"] == [row[name] for name in names if row[name]]
    assert page["expected_revenue_365d"] == row["expected_revenue_365d"]
    assert [(p["segment_id"], p["until"]) for p in page["history"]] == [(row["segment_id"], None)]


def test_it_is_told_in_words_and_in_french(warehouse, connection, customer_id):
    segment = f"(select segment_id from marts.customer_segments where customer_id='{customer_id}')"
    names = {
        language: one(
            connection,
            "select segment_name from marts.segment_personas "
            f"where language = '{language}' and segment_id = {segment}",
        )
        for language in ("en", "fr")
    }
    english = run(customer_id, "--warehouse", warehouse).stdout
    assert f"Customer {customer_id}, known at the end of" in english
    assert names["en"] in english
    assert "Churn" in english
    french = run(customer_id, "--warehouse", warehouse, "--language", "fr").stdout
    assert names["fr"] in french
    assert "Cycle de vie" in french
    assert names["en"] not in french


def test_a_language_that_the_marts_do_not_hold_is_an_error(warehouse, customer_id):
    result = run(customer_id, "--warehouse", warehouse, "--language", "de")
    assert result.exit_code == 2
    assert "language de; they hold: en, fr." in result.stderr


def test_every_kind_of_customer_is_explained_without_personal_data(warehouse, connection):
    """One of each stage, basis and segment, the customers without one among them."""
    ids = [
        customer_id
        for (customer_id,) in connection.execute(
            "select min(customer_id) from marts.customers "
            "join marts.customer_segments using (customer_id) "
            "join marts.customer_scores using (customer_id) "
            "group by lifecycle_stage, segment_id, churn_basis, purchase_basis, p_alive is null"
        ).fetchall()
    ]
    result = run(*ids, "--warehouse", warehouse)
    assert result.exit_code == 0
    assert result.stdout.count("Customer ") == len(ids)
    assert "Too little is known: no order, no activity" in result.stdout
    secrets = connection.execute(
        """
        select distinct unnest([email, phone, last_name])
        from identity.customer_identities join staging.stg_contacts
        using (source_system, contact_key)
        where list_contains(?, customer_id)
        """,
        [ids],
    ).fetchall()
    told = [secret for (secret,) in secrets if secret and secret in result.stdout]
    assert len(secrets) > len(ids)
    assert told == []


def test_a_customer_without_a_segment_is_told_why(warehouse, tmp_path):
    """Too little is known of one; an algorithm of density finds the other unlike all others."""
    sentences = WORDS["fr"]["unassigned"]
    model = (ROOT / "models/segmentation/segment_assignments.sql").read_text()
    assert [sentence for sentence in sentences if f"'{sentence}'" not in model] == []
    unlike = next(sentence for sentence in sentences if sentence.startswith("Unlike"))
    copy = copy_of(warehouse, tmp_path)
    with duckdb.connect(str(copy)) as connection:
        silent = one(
            connection,
            "select min(customer_id) from marts.customer_segments where segment_id is null",
        )
        odd = one(connection, "select min(customer_id) from marts.customers where orders > 0")
        connection.execute(
            "update publication.customer_segments_store set segment_id = null, "
            "unassigned_reason = ? where customer_id = ?",
            [unlike, odd],
        )
    pages = json.loads(run(silent, odd, "--warehouse", copy, "--json").stdout)
    assert [page["segment"] for page in pages] == [None, None]
    reasons = [page["unassigned_reason"] for page in pages]
    assert reasons[0].startswith("Too little is known: no order")
    assert reasons[1] == unlike
    told = run(silent, odd, "--warehouse", copy, "--language", "fr").stdout
    assert all(sentences[reason] in told for reason in reasons)
    told = run(silent, odd, "--warehouse", copy).stdout
    assert all(reason in told for reason in reasons)


def test_history_tells_where_the_customer_was(warehouse, tmp_path):
    copy = copy_of(warehouse, tmp_path)
    add_publication(copy)
    with duckdb.connect(str(copy), read_only=True) as connection:
        moved = one(
            connection,
            "select customer_id from marts.customer_segment_history "
            "group by customer_id having count(*) = 2 limit 1",
        )
        gone = one(
            connection,
            "select customer_id from publication.customers_store where publication_id = 1 "
            "and customer_id not in (select customer_id from marts.customers) limit 1",
        )
    (page,) = json.loads(run(moved, "--warehouse", copy, "--json").stdout)
    assert [period["segment_id"] for period in page["history"]] == ["s01", "s02"]
    assert page["history"][0]["until"] == page["history"][1]["since"] == "2026-07-31"
    result = run(gone, "--warehouse", copy)
    assert result.exit_code == 2
    assert "is not in publication 2; it was in segment s02" in result.stderr


def test_unknown_ids_are_an_error_that_says_what_to_do(warehouse, customer_id):
    result = run(customer_id, "nobody", "anna@example.com", "--warehouse", warehouse)
    assert result.exit_code == 2
    assert result.stdout == ""
    first, second = result.stderr.splitlines()
    assert "no customer nobody in publication" in first
    assert "marts.customers" in first
    assert "identity.customer_identities" in second
    # An address is personal data, and stderr may be kept.
    assert "anna" not in second
