"""Missing values: SQL, the library and scikit-learn fill them with the same."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from rendered_macros import render
from sklearn.impute import KNNImputer
from sklearn.linear_model import Ridge

from coterie.frames import matrix, with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import complete_sample, fit_imputation

# Promise of the house: absolute 1e-12 or relative 1e-9.
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}
METHODS = ("zero", "knn", "model", "mean", "knn", "model", "median", "zero")
SETTINGS = {"neighbours": 5, "donors": 390, "penalty": 1.0}
# Features are handed over by a macro, since nothing but macros is there.
FEATURES = """
{% macro feature_columns() %}{{ return(graph.get('features_of_a_test', [])) }}{% endmacro %}
"""


def with_features(call: str, methods=METHODS, **changes) -> str:
    """Let a call see features of these methods, the second with changed meta."""
    features = [
        {
            "name": f"feature_{number}",
            "transform": "none",
            "impute": method,
            "outliers": "none",
            "outlier_action": "winsorise",
            "weight": 1.0,
            "segmentation": True,
        }
        for number, method in enumerate(methods)
    ]
    features[1].update(changes)
    return f"{{% do graph.update({{'features_of_a_test': {features}}}) %}}{call}"


@pytest.fixture(scope="module")
def sql(tmp_path_factory) -> dict[str, str]:
    filled = "coterie.complete_vectors('given_rows', ['customer_id'], 'segment_imputations')"
    call = f"select * from {{{{ {filled} }}}} as filled"
    hashed = "{{ coterie.features_hash() }}"
    calls = {
        "filled": with_features(call),
        "untouched": with_features(call, methods=["mean"] * 8),
        "hash": with_features(hashed),
        "hash of another method": with_features(hashed, impute="model"),
        "hash of rejected outliers": with_features(hashed, outlier_action="reject"),
    }
    folder = tmp_path_factory.mktemp("imputation")
    macros = {"features/feature_columns.sql": FEATURES}
    return render(folder, calls, macros=macros)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """400 customers whose eight features hang together, before anything is hidden."""
    random = np.random.default_rng(5)
    values = random.normal(size=(400, 3)) @ random.normal(size=(3, 8))
    return values + random.normal(scale=0.3, size=values.shape)


@pytest.fixture(scope="module")
def sample(truth) -> pa.Table:
    """Their features as the SQL lays them out; each hidden from a fifth, zero from nobody."""
    random = np.random.default_rng(6)
    values = truth
    known = random.random(values.shape) > 0.2
    known[:, [method == "zero" for method in METHODS]] = True
    # One knows nothing but what zero stands for, one lacks everything that is imputed.
    known[7, 1:7] = False
    known[8, [1, 2, 4, 5]] = False
    gaps = ~known & np.isin(METHODS, ("knn", "model"))
    simple = ~known & ~gaps
    prepared = np.where(simple, 0.25, np.where(gaps, np.nan, values))
    rows = [[None if np.isnan(value) else value for value in row] for row in prepared]
    return pa.table(
        {
            "customer_id": [f"c{number:03d}" for number in range(400)],
            "model_version": ["v1"] * 400,
            "prepared": rows,
            "known": known.astype(float).tolist(),
        }
    )


@pytest.fixture(scope="module")
def imputation(sample):
    return fit_imputation(
        matrix(sample["prepared"]),
        matrix(sample["known"]),
        METHODS,
        sample["customer_id"].to_pylist(),
        **SETTINGS,
    )


def test_donors_give_what_the_library_gives(sample, imputation):
    values, known = matrix(sample["prepared"]), matrix(sample["known"]) > 0
    donors_known = imputation.donors_known > 0
    assert 300 < len(imputation.donors) <= SETTINGS["donors"]
    # All know one of the two features that they give, not all know both.
    assert donors_known[:, [1, 4]].any(axis=1).all()
    assert not donors_known[:, 1].all()
    library = KNNImputer(n_neighbors=5).fit(np.where(donors_known, imputation.donors, np.nan))
    expected = library.transform(np.where(known, values, np.nan))
    found = imputation.fill(values, known.astype(float))
    for feature in (1, 4):
        gaps = ~known[:, feature]
        assert gaps.sum() > 50
        np.testing.assert_allclose(found[gaps, feature], expected[gaps, feature], **TOLERANCE)


def test_regressions_give_what_the_library_predicts(sample, imputation):
    values, known = matrix(sample["prepared"]), matrix(sample["known"]) > 0
    filled = np.nan_to_num(values, nan=0.0)
    found = imputation.fill(values, known.astype(float))
    for feature in (2, 5):
        others = [other for other in range(8) if other != feature]
        have, gaps = known[:, feature], ~known[:, feature]
        library = Ridge(alpha=1.0).fit(filled[have][:, others], filled[have, feature])
        expected = np.clip(
            library.predict(filled[gaps][:, others]),
            filled[have, feature].min(),
            filled[have, feature].max(),
        )
        np.testing.assert_allclose(found[gaps, feature], expected, rtol=1e-9, atol=1e-10)


@pytest.fixture(scope="module")
def filled_by_sql(sql, sample, imputation) -> np.ndarray:
    """Vectors of the customers, completed by the project's SQL."""
    rows = [{**row, "model_version": "v1"} for row in imputation.rows()]
    with duckdb.connect() as connection:
        connection.register("given_rows", sample)
        connection.register("fits", with_schema(rows, SEGMENT_FITS))
        connection.execute(
            "create table segment_imputations as select model_version, method, unit as number, "
            "vector as weights, known, bias, lowest, highest from fits"
        )
        filled = connection.sql(f"{sql['filled']} order by customer_id").to_arrow_table()
    return matrix(filled["prepared"])


def test_sql_fills_what_the_library_fills(filled_by_sql, sample, imputation):
    found = filled_by_sql
    known = matrix(sample["known"])
    expected = imputation.fill(matrix(sample["prepared"]), known)
    assert not np.isnan(found).any()
    np.testing.assert_allclose(found, expected, **TOLERANCE)
    kept = known > 0
    np.testing.assert_array_equal(found[kept], matrix(sample["prepared"])[kept])


@pytest.mark.parametrize("method", ["knn", "model"])
def test_where_features_hang_together_hidden_values_are_met_better_than_by_the_mean(
    filled_by_sql, truth, sample, method
):
    known = matrix(sample["known"]) > 0
    for feature in np.flatnonzero(np.array(METHODS) == method):
        hidden = ~known[:, feature]
        assert hidden.sum() > 50
        values = truth[:, feature]
        error = np.sqrt(np.mean((filled_by_sql[hidden, feature] - values[hidden]) ** 2))
        of_the_mean = np.sqrt(np.mean((values[~hidden].mean() - values[hidden]) ** 2))
        assert error < 0.7 * of_the_mean


def test_projects_without_it_pay_nothing(sql, sample):
    assert sql["untouched"] == "select * from given_rows as filled"
    values, rows = complete_sample(sample, ["mean"] * 8, "v1", **SETTINGS)
    np.testing.assert_array_equal(values, matrix(sample["prepared"]))
    assert rows == []


def test_another_meta_makes_training_due(sql):
    hashes = {name: text for name, text in sql.items() if name.startswith("hash")}
    assert len(hashes) == 3
    assert len(set(hashes.values())) == 3


def test_equally_near_donors_count_in_the_order_of_the_md5():
    values = np.array([[0.0, 1.0], [0.0, 3.0], [0.0, 5.0], [1.0, 9.0], [0.0, np.nan]])
    known = (~np.isnan(values)).astype(float)
    # md5 of c3 is lower than that of c2, and that lower than that of c1.
    imputation = fit_imputation(
        values,
        known,
        ["mean", "knn"],
        ["c1", "c2", "c3", "c4", "c5"],
        **{**SETTINGS, "neighbours": 2},
    )
    assert imputation.fill(values, known)[4, 1] == 4.0


def test_what_nobody_knows_is_the_mean():
    values = np.array([[1.0, np.nan, np.nan], [-1.0, np.nan, np.nan], [0.5, np.nan, np.nan]])
    known = (~np.isnan(values)).astype(float)
    imputation = fit_imputation(
        values, known, ["zero", "knn", "model"], ["a", "b", "c"], **SETTINGS
    )
    np.testing.assert_array_equal(
        imputation.fill(values, known), [[1, 0, 0], [-1, 0, 0], [0.5, 0, 0]]
    )


def test_each_gives_what_they_know_and_those_who_know_most_come_first():
    values = np.array([[1.0, 2.0, np.nan], [-1.0, np.nan, 3.0], [1.0, np.nan, np.nan], [9.0, 9, 9]])
    known = (~np.isnan(values)).astype(float)

    def filled(donors):
        imputation = fit_imputation(
            values,
            known,
            ["zero", "knn", "knn"],
            ["a", "b", "c", "d"],
            **{**SETTINGS, "neighbours": 1, "donors": donors},
        )
        assert len(imputation.donors) == min(donors, 3)
        return imputation.fill(values, known)[2].tolist()

    assert filled(5) == [1.0, 2.0, 3.0]
    assert filled(1) == [1.0, 9.0, 9.0]


def test_a_prediction_stays_within_the_sample():
    values = np.array([[float(x), 2.0 * x] for x in range(-5, 6)] + [[50.0, np.nan]])
    known = (~np.isnan(values)).astype(float)
    customers = [f"c{number}" for number in range(12)]
    imputation = fit_imputation(values, known, ["mean", "model"], customers, **SETTINGS)
    assert imputation.fill(values, known)[11, 1] == 10.0
