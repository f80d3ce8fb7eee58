"""Five pages of the dashboard: what they show is what the marts say, and nothing that is too small.

Choice of k, churn and value, cohorts, stability and drift, identity and data quality.
"""

import json
from datetime import date

import altair
import duckdb
import numpy as np
import pytest

from coterie.dashboard.blocks import ALL, HIDDEN, Chart, Listing, Missing, Table
from coterie.dashboard.marts import Marts
from coterie.dashboard.pages import (
    choice_of_k,
    churn_and_value,
    cohorts,
    identity_and_quality,
    stability_and_drift,
)
from coterie.dashboard.trust import judge
from coterie.dashboard.words import LANGUAGES, read_words

PAGES = {
    module.KEY: module
    for module in (
        choice_of_k,
        churn_and_value,
        cohorts,
        stability_and_drift,
        identity_and_quality,
    )
}
# Columns that count customers; rows of input, purchases of a past day and gates are no customers.
COUNTS = {
    "customers",
    "active",
    "positives",
    "scored_customers",
    "known_customers",
}


@pytest.fixture(scope="module")
def marts(warehouse):
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        yield Marts(opened)


@pytest.fixture(scope="module")
def built(marts):
    """Pages and tables of the demo, in English."""
    words = read_words("en")
    return {key: module.build(marts, words) for key, module in PAGES.items()}


@pytest.fixture(scope="module")
def tables(built) -> dict[str, Table]:
    return {table.name: table for _, own in built.values() for table in own}


def records(table: Table) -> list[dict]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def total(table: Table) -> list[dict]:
    """Rows of everybody: no filter is chosen."""
    return [row for row in records(table) if all(row[name] == ALL for name in table.filters)]


# ---- what the tables hold ----------------------------------------------------------------------


def test_trials_are_those_of_the_model_in_force(marts, tables):
    expected = marts.rows(
        """
        select algorithm, k, inertia, silhouette, davies_bouldin, jaccard_min, ari_resamples
        from marts.segment_trials
        where model_version in (
            select model_version from marts.segment_models where status = 'accepted'
        )
        order by 1, encoder, 2
        """
    )
    if not expected:
        pytest.skip("nothing was tried: too few customers in the sample")
    keys = (
        "algorithm", "k", "inertia", "silhouette", "davies_bouldin", "jaccard_min", "ari_resamples",
    )  # fmt: skip
    shown = records(tables["segment_trials"])
    assert [tuple(row[key] for key in keys) for row in shown] == expected
    chosen = [row for row in shown if row["trial_outcome"] == "chosen"]
    found = marts.rows(
        "select algorithm, segment_count from marts.segment_models where status = 'accepted'"
    )
    assert [(row["algorithm"], row["k"]) for row in chosen] == [
        model for model in found if model[0] != "rules"
    ]


def test_limits_are_those_the_round_recorded(marts, tables):
    settings = marts.rows(
        """
        select settings from segmentation.segment_model_log as log
        inner join marts.segment_models as models using (model_version)
        where models.status = 'accepted' and settings is not null
        """
    )
    recorded = json.loads(settings[0][0])
    for row in records(tables["segment_trials"]):
        assert row["jaccard_limit"] == recorded["jaccard_min"]
        assert row["ari_limit"] == recorded["ari_min"]


# Each customer with a score, and the value classes as the page words them, written another way.
SCORED = """
    with scored as (
        select
            customers.customer_id,
            coalesce(customers.country, '') as country,
            coalesce(dimensions.favourite_channel, '') as channel,
            scores.churn_probability as p,
            scores.expected_revenue_365d as v
        from marts.customers as customers
        inner join marts.customer_scores as scores using (customer_id)
        left join marts.customer_dimensions as dimensions using (customer_id)
        where scores.churn_probability is not null
    )
"""


def test_churn_facts_are_sums_over_customers(marts, tables):
    (facts,) = total(tables["churn_facts"])
    ((customers, leavers, at_risk, expected),) = marts.rows(
        SCORED + "select count(*), sum(p), sum(p * v), sum(v) from scored"
    )
    assert facts["scored_customers"] == customers
    assert facts["expected_leavers"] == round(leavers)
    assert facts["mean_churn_probability"] == pytest.approx(leavers / customers)
    if at_risk is None:
        assert facts["at_risk_value"] is None
    else:
        assert facts["at_risk_value"] == pytest.approx(at_risk, abs=0.01)
        assert facts["expected_revenue"] == pytest.approx(expected, abs=0.01)


def test_bands_and_contacts_of_every_choice_are_counts(marts, tables):
    named = {"country": marts.countries, "channel": marts.channels}

    def where(row: dict) -> tuple[str, list]:
        clauses, values = ["true"], []
        for name, known in named.items():
            if row[name] == ALL:
                continue
            if row[name] in known:
                clauses.append(f"{name} = ?")
                values.append(row[name])
            elif known:
                marks = ", ".join("?" for _ in known)
                clauses.append(f"{name} not in ({marks})")
                values += known
        return " and ".join(clauses), values

    counted: dict[tuple, list[float]] = {}

    def probabilities(row: dict) -> list[float]:
        choice = row["country"], row["channel"]
        if choice not in counted:
            clause, values = where(row)
            counted[choice] = [
                p for (p,) in marts.rows(SCORED + f"select p from scored where {clause}", values)
            ]
        return counted[choice]

    shown = 0
    for row in records(tables["churn_bands"]):
        if row["customers"] is HIDDEN:
            continue
        upper = 2 if row["probability_to"] == 1 else row["probability_to"]
        found = [p for p in probabilities(row) if row["probability_from"] <= p < upper]
        assert row["customers"] == len(found), row
        shown += 1
    for row in records(tables["churn_contacts"]):
        if row["customers"] is not HIDDEN:
            found = [p for p in probabilities(row) if p >= row["probability_from"]]
            assert row["customers"] == len(found), row
            assert row["expected_leavers"] == pytest.approx(sum(found), abs=0.5001)
            shown += 1
    assert shown > 20


def test_grid_classes_risk_and_value(marts, tables):
    if "risk_value_grid" not in tables:
        pytest.skip("there is no lifetime model: nothing to grid")
    expected = {
        (risk, value): (customers, at_risk)
        for risk, value, customers, at_risk in marts.rows(
            SCORED
            + """
            , ranked as (
                select *, count(*) filter (v is not null) over () as n,
                    quantile_disc(v, 0.5) over () as middle, quantile_disc(v, 0.8) over () as high
                from scored
            )
            select
                case when p < 0.2 then 'low' when p < 0.5 then 'medium' else 'high' end,
                case
                    when v is null then 'unknown' when v < middle then 'low'
                    when v < high then 'medium' else 'high'
                end,
                count(*),
                sum(p * v)
            from ranked
            group by 1, 2
            """
        )
    }
    for row in total(tables["risk_value_grid"]):
        customers, at_risk = expected.get((row["risk"], row["value_class"]), (0, None))
        if row["customers"] is HIDDEN:
            continue
        assert row["customers"] == customers
        assert row["at_risk_value"] == pytest.approx(at_risk, abs=0.01)


def test_deciles_are_those_of_the_latest_known_day(marts, tables):
    if "score_deciles" not in tables:
        pytest.skip("there are too few outcomes for a score model")
    expected = {
        (outcome, decile): figures
        for outcome, decile, *figures in marts.rows(
            """
            select
                outcome, decile, customers, mean_probability, positives, share, lift,
                customers_share_so_far, gain
            from marts.score_deciles as deciles
            where outcome <> 'revenue' and group_kind = 'all' and as_of_date = (
                select max(as_of_date) from marts.score_deciles as latest
                where latest.outcome = deciles.outcome
            )
            """
        )
    }
    shown = tables["score_deciles"].rows
    assert len(shown) == len(expected)
    for outcome, decile, *figures in shown:
        for figure, of_mart in zip(figures, expected[outcome, decile], strict=True):
            assert figure is HIDDEN or figure == of_mart


def test_cohorts_equal_the_mart_and_are_blank_until_they_are_over(marts, tables):
    if "cohort_months" not in tables:
        pytest.skip("nobody bought")
    expected = {
        (month, period): (customers, active, retention)
        for month, period, customers, active, retention in marts.rows(
            """
            select cohort_month, period, customers, active, retention from marts.cohort_retention
            where breakdown = 'all' and period_unit = 'month' and period > 0 and is_mature
            """
        )
    }
    shown = total(tables["cohort_months"])
    assert {(row["cohort_month"], row["months_since"]) for row in shown} == set(expected)
    for row in shown:
        figures = row["customers"], row["active"], row["retention"]
        for figure, of_mart in zip(
            figures, expected[row["cohort_month"], row["months_since"]], strict=True
        ):
            assert figure is HIDDEN or figure == pytest.approx(of_mart)
    (as_of,) = {marts.publication["as_of_date"]}
    for row in records(tables["cohort_months"]):
        month = row["cohort_month"]
        months = month.year * 12 + month.month + row["months_since"]
        over = date(months // 12, months % 12 + 1, 1)
        assert over.toordinal() - 1 <= as_of.toordinal()


def test_projection_stands_beside_what_was_observed(marts, tables):
    if "cohort_totals" not in tables:
        pytest.skip("nobody bought")
    for row in records(tables["cohort_totals"]):
        ((expected,),) = marts.rows(
            """
            select coalesce(
                sum(customers * expected_retention) filter (is_mature)
                / sum(customers) filter (is_mature),
                sum(customers * expected_retention) / sum(customers)
            )
            from marts.cohort_retention
            where breakdown = 'all' and period_unit = 'month' and period = ?
            """,
            [row["months_since"]],
        )
        assert row["expected_retention"] == (expected and pytest.approx(expected))


def test_curves_leave_out_cohorts_that_may_not_be_counted(marts, tables):
    for name in ("country", "channel"):
        if f"cohort_by_{name}" not in tables:
            continue
        pooled = {
            (row[f"cohort_{name}"], row["months_since"]): row
            for row in records(tables[f"cohort_by_{name}"])
        }
        parts: dict[tuple, list[dict]] = {}
        for row in records(tables["cohort_months"]):
            if row[name] != ALL and row["customers"] is not HIDDEN:
                parts.setdefault((row[name], row["months_since"]), []).append(row)
        assert set(pooled) == set(parts)
        for key, rows in parts.items():
            assert pooled[key]["customers"] == sum(row["customers"] for row in rows)
            if all(row["active"] is not HIDDEN for row in rows):
                assert pooled[key]["active"] == sum(row["active"] for row in rows)


def test_gates_are_all_there(marts, tables):
    checks, failed = marts.rows(
        """
        select count(*), count(*) filter (not is_passed) from publication.publication_checks
        where publication_id = (select max(publication_id) from publication.publication_checks)
        """
    )[0]
    gates = records(tables["gates"])
    assert sum(row["gates"] for row in gates) == checks
    assert any(row["state"] == "failed" for row in gates) == (failed > 0)
    words = read_words("en")
    assert [row["gate"] for row in gates if f"value.gate.{row['gate']}" not in words] == []


def test_signs_are_the_figures_of_model_and_publication(marts, tables):
    signs = {row["sign"]: row for row in records(tables["trust_signs"])}
    ((jaccard, ari),) = marts.rows(
        "select jaccard_min, ari_resamples from marts.segment_models where status = 'accepted'"
    )
    ((unassigned,),) = marts.rows(
        "select unassigned_share from marts.segment_health order by publication_id desc limit 1"
    )
    assert signs["jaccard_min"]["figure"] == jaccard
    assert signs["ari_resamples"]["figure"] == ari
    assert signs["unassigned_share"]["figure"] == unassigned


def test_identity_counts_and_rejected_rows_agree(marts, tables):
    (identity,) = records(tables["identity"])
    ((contacts, customers),) = marts.rows(
        "select contacts, customers from identity.identity_counts"
    )
    assert (identity["contacts"], identity["known_customers"]) == (contacts, customers)
    assert identity["consolidation_rate"] == pytest.approx(1 - customers / contacts)
    counts = {row["source_table"]: row for row in records(tables["record_counts"])}
    rejected: dict[str, int] = {}
    for row in records(tables["rejected_reasons"]):
        rejected[row["source_table"]] = rejected.get(row["source_table"], 0) + row["rejected_rows"]
    assert rejected == {
        name: row["rejected_rows"] for name, row in counts.items() if row["rejected_rows"]
    }
    for row in counts.values():
        parts = row["accepted_rows"] + row["rejected_rows"] + row["duplicate_rows"]
        assert row["raw_rows"] == parts


def test_customers_by_contacts_are_counted(marts, tables):
    expected = dict(
        marts.rows(
            """
            select if(contact_count >= 5, '5+', contact_count::varchar), count(*)
            from marts.customers group by 1
            """
        )
    )
    for row in records(tables["contacts_per_customer"]):
        if row["customers"] is not HIDDEN:
            assert row["customers"] == expected[row["contacts_per_customer"]]


# ---- what they must not hold -------------------------------------------------------------------


def test_no_cell_counts_fewer_customers_than_the_minimum(marts, tables):
    for table in tables.values():
        for row in records(table):
            for key in COUNTS & set(row):
                value = row[key]
                small = isinstance(value, int) and 0 < value < marts.min_cell_size
                assert not small, (table.name, row)


def test_no_hidden_band_is_the_only_one_of_its_choice(tables):
    hidden: dict[tuple, int] = {}
    for row in records(tables["churn_bands"]):
        choice = row["country"], row["channel"]
        hidden[choice] = hidden.get(choice, 0) + (row["customers"] is HIDDEN)
    shown = {
        (row["country"], row["channel"])
        for row in records(tables["churn_facts"])
        if row["scored_customers"] is not HIDDEN
    }
    assert [choice for choice in shown if hidden.get(choice) == 1] == []


def test_no_hidden_cohort_can_be_worked_out(marts):
    """The auditor's own algebra: what is shown of a month never fixes what is hidden of it."""
    cells = cohorts.retention_cells(marts)
    for period in {row[4] for row in cells}:
        active = {(row[:3], row[3]): row[6] for row in cells if row[4] == period and row[2] == ALL}
        sizes = {(row[:3], row[3]): row[5] for row in cells if row[4] == period}
        unknown = sorted(key for key, value in active.items() if value is HIDDEN and key[1] != ALL)
        if not unknown:
            continue
        rows = []
        for month in {key[1] for key in active} - {ALL}:
            for place in (0, 1):
                total = ((ALL, ALL, ALL), month)
                parts = [
                    key
                    for key in active
                    if key[1] == month and key[0][place] != ALL and key[0][1 - place] == ALL
                ]
                rows.append([(key in parts) - (key == total) for key in unknown])
        for choice in {key[0] for key in active}:
            if active.get((choice, ALL), HIDDEN) is not HIDDEN:
                counted = [key for key in sizes if key[0] == choice and sizes[key] is not HIDDEN]
                rows.append([int(key in counted) for key in unknown])
        matrix = np.array(rows, dtype=float)
        rank = np.linalg.matrix_rank(matrix)
        for at, key in enumerate(unknown):
            one = np.eye(len(unknown))[at]
            assert np.linalg.matrix_rank(np.vstack([matrix, one])) > rank, (period, key)


def test_no_customer_stands_in_a_table(marts, tables):
    ids = {key for (key,) in marts.rows("select customer_id from marts.customers")}
    texts = {str(cell) for table in tables.values() for row in table.rows for cell in row}
    assert ids
    assert not ids & texts


# ---- words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_string_is_there(marts, name, language):
    words = read_words(language)
    page, own = PAGES[name].build(marts, words)
    assert words(f"page.{page.key}.lead")
    for block in page.blocks:
        if isinstance(block, Chart):
            for part in ("title", "alt", "note"):
                assert words(f"chart.{block.key}.{part}")
        if isinstance(block, Listing):
            assert words(f"table.{block.key}.title")
        for key in (getattr(block, "answer", None), getattr(block, "headline", None)):
            if key:
                assert "{" not in words(key, **block.values)
    for table in own:
        for column in table.columns:
            assert words(f"column.{column.key}")
        for row in records(table):
            for column in table.columns:
                value = row[column.key]
                fixed = column.labels not in {None, "segment", "country", "channel", "feature"}
                if fixed and value is not None and value is not HIDDEN:
                    assert words(f"value.{column.labels}.{value}")


def test_every_spec_is_of_the_schema_and_holds_no_data(built):
    for page, own in built.values():
        names = {table.name for table in own}
        for block in page.blocks:
            if isinstance(block, Chart):
                altair.Chart.from_dict(block.spec, validate=True)
                assert block.table in names
                parts = [block.spec, *block.spec.get("layer", ())]
                sources = [part["data"] for part in parts if "data" in part]
                assert sources
                assert all(source == {"name": block.table} for source in sources)


def test_both_languages_have_the_same_blocks(marts):
    for module in PAGES.values():
        english, french = (module.build(marts, read_words(language)) for language in LANGUAGES)
        assert [(type(block), getattr(block, "key", "")) for block in english[0].blocks] == [
            (type(block), getattr(block, "key", "")) for block in french[0].blocks
        ]
        assert english[1] == french[1]


# ---- marts that are not there ------------------------------------------------------------------

# Mart, the schema it is in, and the page that needs it.
NEEDED = [
    ("segment_models", "marts", "choice_of_k"),
    ("segment_trials", "marts", "choice_of_k"),
    ("customer_scores", "marts", "churn_and_value"),
    ("score_models", "marts", "churn_and_value"),
    ("score_deciles", "marts", "churn_and_value"),
    ("score_terms", "prediction", "churn_and_value"),
    ("lifetime_checks", "marts", "churn_and_value"),
    ("cohort_retention", "marts", "cohorts"),
    ("segment_health", "marts", "stability_and_drift"),
    ("score_drift", "marts", "stability_and_drift"),
    ("publication_checks", "publication", "stability_and_drift"),
    ("identity_counts", "identity", "identity_and_quality"),
    ("record_counts_store", "publication", "identity_and_quality"),
    ("input_freshness_store", "publication", "identity_and_quality"),
]


# What else the pages read.
BESIDE = [
    ("publication", "publications"),
    ("prediction", "score_typical_values"),
    ("segmentation", "segment_model_log"),
    ("staging", "rejected_records"),
]


def without(warehouse, schema: str, model: str, *, keep_empty: bool) -> Marts:
    """Give the demo as if one relation was not built, or held no row."""
    opened = duckdb.connect()
    opened.execute(f"attach '{warehouse}' as built (read_only)")
    marts = opened.execute(
        "select schema_name, view_name from duckdb_views() "
        "where database_name = 'built' and schema_name = 'marts'"
    ).fetchall()
    read = {*marts, *BESIDE, *((other, name) for name, other, _ in NEEDED)}
    for other, name in read:
        if (other, name) == (schema, model) and not keep_empty:
            continue
        rows = "where false" if (other, name) == (schema, model) else ""
        opened.execute(f"create schema if not exists {other}")
        opened.execute(f"create table {other}.{name} as from built.{other}.{name} {rows}")
    # Or its tables would be found as well.
    opened.execute("detach built")
    return Marts(opened)


@pytest.mark.parametrize("keep_empty", [False, True], ids=["absent", "empty"])
@pytest.mark.parametrize("needed", NEEDED, ids=lambda needed: needed[0])
def test_a_page_says_what_is_missing(warehouse, needed, keep_empty):
    model, schema, page = needed
    marts = without(warehouse, schema, model, keep_empty=keep_empty)
    built, own = PAGES[page].build(marts, read_words("en"))
    missing = [block for block in built.blocks if isinstance(block, Missing)]
    assert model in [block.model for block in missing]
    assert all(block.command.startswith("dbt ") for block in missing)
    names = {table.name for table in own}
    assert {block.table for block in built.blocks if isinstance(block, Chart | Listing)} <= names


def test_a_warehouse_of_publications_alone_has_every_page():
    opened = duckdb.connect()
    opened.execute("create schema publication")
    opened.execute(
        "create table publication.publications as select 1 as publication_id, "
        "date '2026-06-30' as as_of_date, 10 as customers"
    )
    marts = Marts(opened)
    for module in PAGES.values():
        page, own = module.build(marts, read_words("fr"))
        assert any(isinstance(block, Missing) for block in page.blocks)
        assert own == []


# ---- pure parts --------------------------------------------------------------------------------


def test_a_running_total_is_shown_with_no_hidden_part_or_with_all():
    assert churn_and_value.running_shown([False, False]) == [True, True]
    assert churn_and_value.running_shown([False, True, False, True, False]) == [
        True, False, False, True, True,
    ]  # fmt: skip


def test_deciles_with_few_positives_are_hidden_with_their_gains():
    rows = [
        ("churn", decile, 100, 0.5, positives, positives / 100, 1.0, decile / 5, 0.0)
        for decile, positives in enumerate((60, 40, 20, 12, 3), start=1)
    ]
    shown = churn_and_value.suppress_deciles(rows, 10)
    # The last has 3, which the total would give away: the next smallest is hidden with it.
    assert [row[4] for row in shown] == [60, 40, 20, HIDDEN, HIDDEN]
    assert [row[6] is HIDDEN for row in shown] == [False, False, False, True, True]
    assert [row[8] is HIDDEN for row in shown] == [False, False, False, True, False]
    assert all(row[2] == 100 for row in shown)


def test_deciles_of_enough_customers_are_shown_whole():
    rows = [("churn", decile, 100, 0.5, 50, 0.5, 1.0, decile / 2, 0.5) for decile in (1, 2)]
    assert churn_and_value.suppress_deciles(rows, 10) == rows


CHECKS = [{"publication_id": 2, "check_name": "rows_are_conserved", "is_passed": True}]
MODEL = {"algorithm": "kmeans", "jaccard_min": 0.9}
HEALTH = {
    "last_as_of_date": date(2026, 5, 31),
    "as_of_date": date(2026, 6, 30),
    "is_drift_accepted": False,
    "features_drifted": 0,
    "drifted_features": None,
    "share_psi": 0.01,
    "stayer_share": 0.9,
    "stayer_share_min": 0.7,
    "compared_customers": 1000,
    "stopped_sources": None,
}


@pytest.mark.parametrize(
    ("health", "model", "level", "cause"),
    [
        ({}, MODEL, "yes", "nothing"),
        ({"last_as_of_date": None}, MODEL, "yes", "first"),
        ({"features_drifted": 1, "drifted_features": "visits_30d"}, MODEL, "care",
         "drifted_features"),
        ({"is_drift_accepted": True, "features_drifted": 4}, MODEL, "care", "accepted_drift"),
        ({"stopped_sources": "orders of crm"}, MODEL, "care", "stopped_sources"),
        ({"share_psi": None, "stayer_share": None}, MODEL, "care", "too_few"),
        ({"share_psi": None, "stayer_share": None, "compared_customers": 0}, MODEL, "yes",
         "new_model"),
        ({}, {"algorithm": "rules", "jaccard_min": None}, "care", "rules"),
        ({}, {}, "no", "no_model"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_names_its_cause(health, model, level, cause, language):
    verdict = judge(CHECKS, 2, {**HEALTH, **health}, model)
    assert (verdict.level, verdict.cause) == (level, cause)
    words = read_words(language)
    for block in stability_and_drift.verdict_sentences(verdict, words):
        key = getattr(block, "answer", block.key)
        assert "{" not in words(key, **block.values)


def test_a_refused_build_comes_first_and_the_rest_is_said_too():
    failed = [{"publication_id": 3, "check_name": "inputs_did_not_shrink", "is_passed": False}]
    verdict = judge(CHECKS + failed, 2, {**HEALTH, "features_drifted": 1}, MODEL)
    assert (verdict.level, verdict.cause, verdict.also) == ("no", "refused", ("drifted_features",))
    words = read_words("en")
    answer, *further = stability_and_drift.verdict_sentences(verdict, words)
    assert "No input table was cut short" in words(answer.answer, **answer.values)
    assert len(further) == 1


def test_checks_of_the_published_build_do_not_refuse_it():
    failed = [{"publication_id": 2, "check_name": "inputs_did_not_shrink", "is_passed": False}]
    assert judge(failed, 2, HEALTH, MODEL).cause == "nothing"
