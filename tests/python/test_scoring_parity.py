"""What SQL says of a score is what the library's model says, rebuilt from the stored numbers."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from score_sql import score_sql
from test_scoring_library import FEATURES, SMALL, examples

from coterie.frames import with_schema
from coterie.schemas import SCORE_FITS
from coterie.scoring import fit_rows, read_model, to_library, train
from coterie.scoring.additive import probability_of


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
