"""What SQL says of a score is what the library's model says, rebuilt from the stored numbers."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from rendered_macros import render
from scipy.stats import spearmanr
from score_sql import score_sql
from test_scoring_library import CODES, FEATURES, SMALL, category_examples, examples

from coterie.frames import with_schema
from coterie.schemas import SCORE_FITS
from coterie.scoring import fit_rows, read_model, to_library, train
from coterie.scoring.additive import OTHER, probability_of


def test_sql_equals_the_library_on_every_edge(tmp_path):
    """Values, holes, each edge and its neighbours of the last bit, the smallest and the largest."""
    training, evaluation = examples(3000, 30), examples(1500, 31)
    fit = train(training, evaluation, settings=SMALL)
    rows = with_schema(
        fit_rows(fit, training, outcome="o", model_version="v", features=FEATURES), SCORE_FITS
    ).to_pylist()
    model, line = read_model([row for row in rows if row["part"] == "term"], FEATURES)
    assert model.pairs > 0 or len(model.terms) == len(FEATURES)
    edges = np.unique(np.concatenate([cuts for term in model.terms for cuts in term.edges]))
    special = np.concatenate(
        [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf), [-1e308, 1e308, np.nan]]
    )
    generator = np.random.default_rng(32)
    values = np.vstack(
        [evaluation.values, generator.permuted(np.tile(special[:, None], (1, 4)), axis=0)]
    )
    feature_values = pa.table(
        {
            "row_number": np.arange(len(values)),
            **{
                name: pa.array(column, from_pandas=True)
                for name, column in zip(FEATURES, values.T, strict=True)
            },
        }
    )
    query = score_sql(tmp_path, model, line, list(FEATURES))
    with duckdb.connect() as connection:
        connection.register("feature_values", feature_values)
        scored = connection.execute(f"{query} order by row_number").fetchnumpy()
    expected = to_library(model, len(FEATURES)).predict_proba(values)[:, 1]
    assert np.abs(scored["uncalibrated"] - expected).max() < 1e-12
    calibrated = probability_of(line.offset + line.slope * np.log(expected / (1 - expected)))
    assert np.abs(scored["probability"] - calibrated).max() < 1e-12
    # A number that moves by the eleventh digit would be seen.
    assert np.abs(scored["uncalibrated"] * (1 + 1e-11) - expected).max() > 1e-12


def test_sql_equals_the_library_on_categories(tmp_path):
    """Each code, its neighbours, codes that were never seen, and holes; with a pair."""
    training, evaluation = category_examples(4000, 33), category_examples(2000, 34)
    names = ["kind", "number"]
    fit = train(training, evaluation, settings=SMALL, features=names)
    assert fit.chosen.name == "additive"
    rows = with_schema(
        fit_rows(fit, training, outcome="o", model_version="v", features=names), SCORE_FITS
    ).to_pylist()
    model, line = read_model([row for row in rows if row["part"] == "term"], names)
    special = np.array([*CODES, *(CODES - 1), *(CODES + 1), OTHER, 1e12, np.nan])
    asked = np.column_stack([special, np.linspace(-2, 2, len(special))])
    values = np.vstack([evaluation.values, asked])
    feature_values = pa.table(
        {
            "row_number": np.arange(len(values)),
            **{
                name: pa.array(column, from_pandas=True)
                for name, column in zip(names, values.T, strict=True)
            },
        }
    )
    with duckdb.connect() as connection:
        connection.register("feature_values", feature_values)
        query = score_sql(tmp_path, model, line, names)
        scored = connection.execute(f"{query} order by row_number").fetchnumpy()
    expected = to_library(model, 2).predict_proba(values)[:, 1]
    assert np.abs(scored["uncalibrated"] - expected).max() < 1e-12
    assert np.abs(scored["uncalibrated"] * (1 + 1e-11) - expected).max() > 1e-12


def area_of_gains(score: np.ndarray, value: np.ndarray) -> float:
    """Area between the curve of gains and the diagonal, customers by falling score; ties a line."""
    steps = [value[score == level] for level in np.unique(score)[::-1]]
    customers = np.cumsum([0, *(len(step) for step in steps)]) / len(value)
    gains = np.cumsum([0, *(step.sum() for step in steps)]) / value.sum()
    return float(np.trapezoid(gains, customers) - 0.5)


def test_figures_of_an_order_are_those_of_scipy_and_of_the_curve(tmp_path):
    """Random scores and values with many ties, in groups of several sizes."""
    generator = np.random.default_rng(7)
    groups = {f"of {rows}": rows for rows in (2, 3, 11, 250, 2000)}
    columns = {"name": [], "customer_id": [], "score": [], "value": []}
    for name, rows in groups.items():
        score = generator.integers(0, max(rows // 4, 2), rows)
        columns["name"] += [name] * rows
        columns["customer_id"] += [f"{row:05d}" for row in generator.permutation(rows)]
        columns["score"] += list(score)
        columns["value"] += list(np.maximum(score + generator.integers(-9, 9, rows), 0) + 1)
    query = "{{ coterie.rank_figures_by('orders', ['name'], {'': 'score'}, 'value') }}"
    with duckdb.connect() as connection:
        connection.register("drawn", pa.table(columns))
        connection.execute(
            "create table orders as select * replace (value::decimal(18, 4) as value) from drawn"
        )
        found = connection.sql(render(tmp_path, {"figures": query})["figures"]).to_df()
        rows = connection.sql("select * from orders").to_df().astype({"value": float})
    found = found.set_index("name")
    for name, group in rows.groupby("name"):
        score, value = group["score"].to_numpy(), group["value"].to_numpy()
        figures = found.loc[name]
        if np.ptp(score) > 0 and np.ptp(value) > 0:
            expected = spearmanr(score, value).statistic
            assert figures.spearman == pytest.approx(expected, abs=1e-12)
        if np.ptp(value) > 0:
            expected = area_of_gains(score, value) / area_of_gains(value, value)
            assert figures.normalised_gini == pytest.approx(expected, abs=1e-12)
        best = group.sort_values(["score", "customer_id"], ascending=[False, True])
        tenth = best.value[: -(-len(best) // 10)].sum() / value.sum()
        assert figures.top_tenth_value_share == pytest.approx(tenth, abs=1e-12)
    assert found.loc["of 2000"].spearman > 0.5


@pytest.mark.parametrize("outcome", ["churn", "purchase"])
def test_every_customer_of_the_demo_has_the_librarys_probability(connection, outcome):
    """All customers of today and the sample of the past days, from the tables of the build."""
    ((features,),) = connection.execute(
        "select features from prediction.score_training_plan where outcome = ?", [outcome]
    ).fetchall()
    names = features.split(",")
    found = connection.execute(
        "select score_terms.* from prediction.score_terms inner join prediction.score_models "
        "using (model_version) where status = 'accepted' and score_models.outcome = ?",
        [outcome],
    )
    names_of_terms = [column[0] for column in found.description]
    terms = [dict(zip(names_of_terms, row, strict=True)) for row in found.fetchall()]
    model, line = read_model(terms, names)
    columns = ", ".join(f"try_cast(f.{name} as decimal(38, 9))::double" for name in names)
    scored = connection.execute(
        f"select v.{outcome}_probability_uncalibrated, v.{outcome}_probability, {columns} "
        "from prediction.customer_score_values as v "
        "inner join features.customer_features as f using (customer_id, as_of_date) "
        "order by v.customer_id, v.as_of_date"
    ).fetchnumpy()
    columns = [np.ma.filled(column.astype(float), np.nan) for column in scored.values()]
    values = np.column_stack(columns[2:])
    assert len(values) > 1000
    expected = to_library(model, len(names)).predict_proba(values)[:, 1]
    assert np.abs(columns[0] - expected).max() < 1e-12
    calibrated = probability_of(line.offset + line.slope * np.log(expected / (1 - expected)))
    assert np.abs(columns[1] - calibrated).max() < 1e-12


def test_the_rule_of_thumb_is_a_pace_and_everyone_has_it(connection):
    days, churn, purchase = np.array(
        connection.execute(
            "select greatest(expected_days_between_orders, days_silent), rule_churn_probability, "
            "rule_purchase_probability from prediction.score_population where is_current"
        ).fetchall()
    ).T
    assert np.abs(churn - np.exp(-90 / days)).max() < 1e-12
    assert np.abs(purchase - (1 - np.exp(-30 / days))).max() < 1e-12
    ((customers,),) = connection.execute("select count(*) from marts.customers").fetchall()
    assert len(days) == customers
