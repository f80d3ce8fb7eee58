"""Error of each imputation method on values that are known and were hidden.

Hides a fifth of the known values, learns from what is left, and compares what the project's own SQL
(feature_scaling, segment_sample_vectors, customer_vectors) puts in their place with what was there.
Errors are in standard deviations of the known values, after the feature's transformation.

    python benchmarks/imputation.py --warehouse warehouse/coterie.duckdb --data /path/to/data
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from coterie.frames import matrix, with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import complete_sample

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests/python"))
from rendered_macros import render  # noqa: E402

METHODS = ("zero", "mean", "median", "knn", "model")
MODELS = ("feature_scaling", "segment_sample_vectors", "customer_vectors")
# Relations that these models read, beside each other.
INPUTS = (
    "customer_features",
    "segment_training_plan",
    "segment_models",
    "encoder_layers",
    "segment_imputations",
    "incumbent_assignments",
    "segment_training_bins",
    "segment_sample_checks",
)
HIDDEN = 0.2
FEATURES = """
{% macro feature_columns() %}{{ return(graph.get('features_of_a_benchmark', [])) }}{% endmacro %}
"""
# Interests and traits of the survey, and three numbers that hang together.
ANSWERS = (
    *("Dance", "Classical music", "Pop", "Rock", "Metal or Hardrock", "Punk", "Opera", "Musical"),
    *("Horror", "Romantic", "Sci-fi", "War", "Action", "History", "Politics", "Mathematics"),
    *("Physics", "PC", "Biology", "Chemistry", "Reading", "Cars", "Shopping", "Theatre"),
    *("Shopping centres", "Branded clothing", "Spending on looks", "Age", "Height", "Weight"),
)


@dataclass
class DataSet:
    """Customers and features, NaN where unknown; groups are features that go missing together."""

    name: str
    features: list[dict]
    values: np.ndarray
    hidden: np.ndarray


def feature(name: str, impute: str, **meta: str | float) -> dict:
    """Lay out a feature as the macro feature_columns does."""
    plain = {"transform": "none", "outliers": "none", "outlier_action": "winsorise", "weight": 1.0}
    return {"name": name, "impute": impute, "segmentation": True, **plain, **meta}


def hide(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mask a fifth of each group of features, the same customers for all features of a group."""
    generator = np.random.default_rng(11)
    hidden = np.zeros(values.shape, dtype=bool)
    for group in np.unique(groups[groups >= 0]):
        some = generator.random(len(values)) < HIDDEN
        hidden[np.ix_(some, groups == group)] = True
    return hidden & ~np.isnan(values)


def demo(warehouse: Path) -> list[DataSet]:
    """Give the demo's customers twice: single values hidden, or all of a family at once."""
    meta = {
        column["name"]: column["config"]["meta"]
        for model in yaml.safe_load((ROOT / "models/features/_features__models.yml").read_text())[
            "models"
        ]
        for column in model.get("columns", [])
        if "family" in column.get("config", {}).get("meta", {})
    }
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql(
            "select feature, transform, impute, outliers, weight from segmentation.feature_scaling "
            "inner join segmentation.segment_models using (model_version) "
            "where status = 'accepted' and is_used order by position"
        ).fetchall()
        names = ", ".join(f"cast({row[0]} as double)" for row in rows)
        found = connection.sql(
            f"select {names} from features.customer_features where is_current and is_in_sample "
            "and customer_id in (select customer_id from segmentation.customer_vectors) "
            "order by customer_id"
        ).fetchnumpy()
    values = np.array([np.ma.filled(column.astype(float), np.nan) for column in found.values()]).T
    features = [
        feature(name, impute, transform=transform, outliers=outliers, weight=weight)
        for name, transform, impute, outliers, weight in rows
    ]
    # With `impute: zero` nothing is ever missing.
    open_ones = np.array([row[2] != "zero" for row in rows])
    families = sorted({meta[row[0]]["family"] for row in rows})
    family = np.array([families.index(meta[row[0]]["family"]) for row in rows])
    single = np.where(open_ones, np.arange(len(rows)), -1)
    return [
        DataSet("demo, single values", features, values, hide(values, single)),
        DataSet(
            "demo, a family at once",
            features,
            values,
            hide(values, np.where(open_ones, family, -1)),
        ),
    ]


def survey(folder: Path) -> DataSet:
    """Give the respondents of the Young People Survey; single answers hidden."""
    names = ", ".join(f'cast("{answer}" as double)' for answer in ANSWERS)
    found = duckdb.sql(
        f"select {names} from '{folder}/young_people_survey.parquet' order by respondent_row"
    ).fetchnumpy()
    values = np.array([np.ma.filled(column.astype(float), np.nan) for column in found.values()]).T
    features = [
        feature(re.sub(r"\W+", "_", answer).lower(), "mean", outliers="zscore")
        for answer in ANSWERS
    ]
    hidden = hide(values, np.arange(len(features)))
    return DataSet("Young People Survey, single answers", features, values, hidden)


def with_method(data: DataSet, method: str) -> list[dict]:
    """Give the features with a method wherever something is missing."""
    return [
        {**one, "impute": one["impute"] if one["impute"] == "zero" else method}
        for one in data.features
    ]


def render_models(sets: list[DataSet]) -> dict[str, str]:
    """Compile the project's models for each data set and method."""
    calls = {}
    for data in sets:
        for method in METHODS:
            features = with_method(data, method)
            given = f"{{% do graph.update({{'features_of_a_benchmark': {features}}}) %}}"
            for model in MODELS:
                text = (ROOT / f"models/segmentation/{model}.sql").read_text()
                calls[f"{data.name}|{method}|{model}"] = given + text
    with tempfile.TemporaryDirectory() as folder:
        return render(
            Path(folder),
            calls,
            macros={"features/feature_columns.sql": FEATURES},
            models=(*INPUTS, "feature_scaling"),
        )


def relations(connection: duckdb.DuckDBPyConnection, data: DataSet) -> None:
    """Make what the models read, with the values hidden."""
    left = np.where(data.hidden, np.nan, data.values)
    columns = {
        one["name"]: pa.array(left[:, position], from_pandas=True)
        for position, one in enumerate(data.features)
    }
    columns |= {"customer_id": [f"c{number:06d}" for number in range(len(left))]}
    connection.register("given", pa.table(columns))
    extra = {"orders_total", "active_days_total", "opens_365d", "clicks_365d", "revenue_365d"}
    more = "".join(f"1 as {name}, " for name in sorted(extra - set(columns)))
    connection.execute(
        f"create table customer_features as select {more} true as is_current, "
        "true as is_in_sample, date '2026-06-30' as as_of_date, * from given"
    )
    connection.execute(
        "create table segment_training_plan as "
        "select 'v1' as model_version, date '2026-06-30' as as_of_date, true as is_due"
    )
    connection.execute(
        "create table segment_models as select 'v1' as model_version, 'accepted' as status"
    )
    connection.execute(
        "create table incumbent_assignments as "
        "select '' as customer_id, '' as segment_id, '' as micro_segment_id, '' as rule_segment_id"
    )
    # Nothing is stratified.
    connection.execute(
        "create table segment_training_bins (model_version text, feature text, bin int, "
        "lower_edge double, upper_edge double, customers bigint, population bigint)"
    )
    connection.execute(
        "create table segment_sample_checks "
        "(model_version text, feature text, is_stratified boolean)"
    )
    connection.execute(
        "create table encoder_layers (model_version text, layer int, unit int, "
        "weights double[], bias double, activation text)"
    )


def filled(
    data: DataSet, method: str, rendered: dict[str, str]
) -> tuple[np.ndarray, list[dict], float]:
    """Return what stands in each place, transformed; the scaling; and seconds of the SQL."""
    sql = {model: rendered[f"{data.name}|{method}|{model}"] for model in MODELS}
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        relations(connection, data)
        connection.execute(f"create table feature_scaling as {sql['feature_scaling']}")
        sample = connection.sql(sql["segment_sample_vectors"]).to_arrow_table()
        methods = [one["impute"] for one in with_method(data, method)]
        settings = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["coterie"]
        _, rows = complete_sample(
            sample.sort_by("customer_id"),
            methods,
            "v1",
            neighbours=settings["impute_neighbours"],
            donors=settings["impute_donors"],
            penalty=settings["impute_ridge_penalty"],
        )
        connection.register("fits", with_schema(rows, SEGMENT_FITS))
        connection.execute(
            "create table segment_imputations as select model_version, method, unit as number, "
            "vector as weights, known, bias, lowest, highest from fits"
        )
        start = time.process_time()
        vectors = connection.sql(
            f"select * from ({sql['customer_vectors']}) order by customer_id"
        ).to_arrow_table()
        seconds = time.process_time() - start
        scaling = connection.sql("from feature_scaling order by position").to_arrow_table()
    scaling = scaling.to_pylist()
    prepared = matrix(vectors["prepared"])
    factors = np.array([row["factor"] for row in scaling])
    centres = np.array([row["centre"] for row in scaling])
    return prepared / factors + centres, scaling, seconds


def transformed(data: DataSet, scaling: list[dict]) -> np.ndarray:
    """Transform and winsorise what was there, as the features' meta says."""
    columns = []
    for position, row in enumerate(scaling):
        values = data.values[:, position]
        if row["transform"] == "log1p":
            values = np.sign(values) * np.log1p(np.abs(values))
        elif row["transform"] == "sqrt":
            values = np.sign(values) * np.sqrt(np.abs(values))
        elif row["transform"] == "logit":
            held = np.clip(values, 0.005, 0.995)
            values = np.log(held / (1 - held))
        low, high = row["lower_fence"], row["upper_fence"]
        columns.append(
            np.clip(values, -np.inf if low is None else low, np.inf if high is None else high)
        )
    return np.array(columns).T


def main() -> None:
    """Print a table of errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, help="a built demo")
    parser.add_argument("--data", type=Path, help="folder of young_people_survey.parquet")
    arguments = parser.parse_args()
    sets = demo(arguments.warehouse) if arguments.warehouse else []
    sets += [survey(arguments.data)] if arguments.data else []
    if not sets:
        parser.error("name a warehouse, a folder of data, or both")
    rendered = render_models(sets)
    print("| data | customers | hidden | method | RMSE | MAE | seconds in SQL |")
    print("|---|---|---|---|---|---|---|")
    for data in sets:
        for method in METHODS:
            found, scaling, seconds = filled(data, method, rendered)
            true = transformed(data, scaling)
            # The scale of the known values, the same for every method.
            deviation = np.array([column[~np.isnan(column)].std() for column in true.T])
            errors = ((found - true) / deviation)[data.hidden]
            print(
                f"| {data.name} | {len(true)} | {data.hidden.sum()} | {method} "
                f"| {np.sqrt((errors**2).mean()):.3f} | {np.abs(errors).mean():.3f} "
                f"| {seconds:.2f} |"
            )


if __name__ == "__main__":
    main()
