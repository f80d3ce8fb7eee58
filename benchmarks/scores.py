"""How good the scores are, against published data sets, an oracle and yardsticks.

    python benchmarks/scores.py telco --data /path/to/data
    python benchmarks/scores.py product
    python benchmarks/scores.py fit
    python benchmarks/scores.py scoring
    python benchmarks/scores.py warehouse --warehouse warehouse/coterie.duckdb
    python benchmarks/scores.py oracle --warehouse warehouse/coterie.duckdb

`warehouse` repeats the comparison of the build that trained (its table score_examples must not be
empty) with a plain logistic regression beside it; `oracle` needs a demo. One thread of BLAS:
set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.compute as pc
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from coterie.demo.customer_types import TYPES
from coterie.scoring import (
    AdditiveModel,
    Line,
    ScoreSettings,
    Term,
    examples_of,
    fit_additive,
    fit_scorecard,
    train,
)
from coterie.scoring.additive import probability_of
from coterie.scoring.metrics import auc, paired_bootstrap, squared_errors

sys.path.append(str(Path(__file__).parents[1] / "tests/python"))
from score_sql import score_sql

SETTINGS = ScoreSettings()
BOOSTING = {"max_iter": 100, "learning_rate": 0.05, "max_leaf_nodes": 15, "random_state": 42}


def logistic() -> object:
    """Plain logistic regression on standardised features, medians for missing values."""
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(max_iter=2000),
    )


def additive(
    values: np.ndarray, labels: np.ndarray, pairs: int, categories: tuple[int, ...] = ()
) -> object:
    """Additive model with the default settings, one row a customer."""
    return fit_additive(
        values,
        labels,
        np.arange(len(labels)),
        bins=SETTINGS.bins,
        pairs=pairs,
        pair_bins=SETTINGS.pair_bins,
        bags=SETTINGS.bags,
        learning_rate=SETTINGS.learning_rate,
        seed=SETTINGS.seed,
        categories=categories,
    )


def line(name: str, probabilities: np.ndarray, labels: np.ndarray) -> None:
    """Print the figures of a set of probabilities."""
    brier = squared_errors(probabilities, labels).mean()
    print(f"{name:28s} AUC {auc(probabilities, labels):.4f}  Brier {brier:.4f}", flush=True)


def cross_validated(
    values: np.ndarray,
    labels: np.ndarray,
    categories: tuple[int, ...] = (),
    plain: np.ndarray | None = None,
) -> None:
    """Five folds of the additive models, the scorecard and the yardsticks: means of the folds.

    Where some columns are codes of categories, `plain` has the same as numbers of 0 and 1.
    """
    plain = values if plain is None else plain
    found: dict[str, list[tuple[float, float]]] = {}
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    for rest, out in folds.split(values, labels):
        probabilities = {
            "additive": probability_of(
                additive(values[rest], labels[rest], 0, categories).logits(values[out])
            ),
            "additive with ten pairs": probability_of(
                additive(values[rest], labels[rest], SETTINGS.pairs, categories).logits(values[out])
            ),
            "scorecard": probability_of(
                fit_scorecard(values[rest], labels[rest], categories).logits(values[out])
            ),
            "logistic regression": logistic()
            .fit(plain[rest], labels[rest])
            .predict_proba(plain[out])[:, 1],
            "gradient boosting": HistGradientBoostingClassifier(**BOOSTING)
            .fit(plain[rest], labels[rest])
            .predict_proba(plain[out])[:, 1],
        }
        for name, probability in probabilities.items():
            figures = auc(probability, labels[out]), squared_errors(probability, labels[out]).mean()
            found.setdefault(name, []).append(figures)
    for name, figures in found.items():
        mean_auc, mean_brier = np.mean(figures, axis=0)
        print(f"{name:28s} AUC {mean_auc:.4f}  Brier {mean_brier:.4f}", flush=True)


def telco(data: Path) -> None:
    """Telco churn, five folds; what a contract says as numbers and categories."""
    rows = pd.read_parquet(data / "telco_churn.parquet")
    labels = (rows["Churn"] == "Yes").to_numpy().astype(np.int64)
    rows["TotalCharges"] = pd.to_numeric(rows["TotalCharges"].str.strip(), errors="coerce")
    numbers = ["tenure", "MonthlyCharges", "TotalCharges", "SeniorCitizen"]
    texts = rows.drop(columns=["customerID", "Churn", *numbers])
    known = rows[numbers].to_numpy(dtype=np.float64)
    codes = texts.apply(lambda column: pd.factorize(column, sort=True)[0] + 1.0).to_numpy()
    values = np.column_stack([known, codes])
    print(f"Telco churn: {len(rows):,} rows, {values.shape[1]} features, 5 folds")
    cross_validated(
        values,
        labels,
        categories=tuple(range(known.shape[1], values.shape[1])),
        plain=np.column_stack([known, pd.get_dummies(texts, dtype=float).to_numpy()]),
    )


def product() -> None:
    """Compare on a truth that is a product of two features, where single terms see nothing."""
    generator = np.random.default_rng(3)
    values = generator.normal(size=(20000, 10))
    logits = 1.5 * values[:, 0] * values[:, 1] + 0.5 * values[:, 2]
    labels = (generator.random(20000) < probability_of(logits)).astype(np.int64)
    print("truth 1.5 x1 x2 + 0.5 x3, 20,000 rows, 10 features, 5 folds")
    cross_validated(values, labels)


def fit() -> None:
    """Time a fit of 50,000 rows and 40 features with four bags."""
    generator = np.random.default_rng(4)
    values = generator.normal(size=(50000, 40))
    logits = values @ generator.normal(size=40) * 0.3
    labels = (generator.random(50000) < probability_of(logits)).astype(np.int64)
    additive(values[:500], labels[:500], 0)
    for pairs in (0, 10):
        began, cpu = time.perf_counter(), time.process_time()
        additive(values, labels, pairs)
        print(
            f"50,000 rows, 40 features, {pairs} pairs: {time.perf_counter() - began:.1f} s, "
            f"{time.process_time() - cpu:.1f} s of processor"
        )


def scoring(rows: int = 1_000_000, terms: int = 40) -> None:
    """Time the SQL of a score: so many customers, terms of 32 bins each, two threads."""
    generator = np.random.default_rng(5)
    names = [f"feature_{number}" for number in range(terms)]
    model = AdditiveModel(
        "additive",
        -1.0,
        tuple(
            Term((position,), (np.linspace(-2, 2, 31),), generator.normal(size=33))
            for position in range(terms)
        ),
    )
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        query = score_sql(Path(folder), model, Line(0.1, 0.9), names)
        connection.execute("set threads = 2")
        columns = ", ".join(f"6 * random() - 3 as {name}" for name in names)
        connection.execute(
            f"create table feature_values as select i as row_number, {columns} "
            f"from range({rows}) t(i)"
        )
        began, cpu = time.perf_counter(), time.process_time()
        connection.execute(f"create table scores as {query}")
        print(
            f"{rows:,} customers, {terms} terms: {time.perf_counter() - began:.1f} s, "
            f"{time.process_time() - cpu:.1f} s of processor"
        )


def warehouse(path: Path) -> None:
    """Repeat the comparison of a build's training, plain logistic regression beside it."""
    connection = duckdb.connect(str(path), read_only=True)
    # Installed in another project, the schema is called main_prediction.
    ((schema,),) = connection.execute(
        "select table_schema from information_schema.tables where table_name = 'score_examples'"
    ).fetchall()
    for outcome, version in connection.execute(
        f"select distinct outcome, model_version from {schema}.score_examples order by outcome"
    ).fetchall():
        table = connection.execute(
            f"select * from {schema}.score_examples where outcome = ? "
            "order by part, customer_id, as_of_date",
            [outcome],
        ).to_arrow_table()
        training, evaluation = (examples_of(table, part) for part in ("training", "evaluation"))
        days = {
            part: sorted(set(table.filter(pc.equal(table["part"], part))["as_of_date"].to_pylist()))
            for part in ("training", "evaluation")
        }
        print(
            f"\n{outcome}: learnt from {len(training.labels):,} rows of "
            f"{len(days['training'])} days ({days['training'][0]} to {days['training'][-1]}), "
            f"judged on {len(evaluation.labels):,} customers of {days['evaluation'][0]}, share "
            f"{training.labels.mean():.3f} then and {evaluation.labels.mean():.3f} there"
        )
        fitted = train(training, evaluation, settings=SETTINGS)
        for candidate in fitted.candidates:
            line(candidate.name, candidate.probabilities, evaluation.labels)
            lower, upper = candidate.slope.interval
            print(
                f"    calibration slope {candidate.slope.slope:.3f} ({lower:.3f} to {upper:.3f}), "
                f"level {candidate.level_error:+.4f}"
            )
        plain = (
            logistic().fit(training.values, training.labels).predict_proba(evaluation.values)[:, 1]
        )
        line("logistic regression", plain, evaluation.labels)
        for candidate in fitted.candidates:
            if candidate.name not in ("additive", "scorecard"):
                continue
            rivals = {"rule of thumb": evaluation.rule, "logistic regression": plain}
            found = paired_bootstrap(
                candidate.probabilities, rivals, evaluation.labels, resamples=1000, seed=1
            )
            for rival, gains in found.items():
                words = ", ".join(
                    f"{figure} {gain.mean:+.4f} ({gain.lower:+.4f} to {gain.upper:+.4f})"
                    for figure, gain in gains.items()
                )
                print(f"{candidate.name} over {rival}: {words}")
        print(f"{version}: {fitted.reason}")


def oracle(path: Path, horizon: int = 90) -> None:
    """Score churn of a demo by the parameters of each customer's type and the own history.

    A purchase or a visit comes by a Poisson process whose rate varies within the type as a gamma
    variable of shape 8, dropout by an exponential whose hazard varies with shape 4: all that the
    generator knows but the person's own rates, without weekends and month-ends.
    """
    connection = duckdb.connect(str(path), read_only=True)
    rows = connection.execute(
        """
        with persons as (
            select identities.customer_id, min(contacts.person_id) as person_id
            from identity.customer_identities as identities
            inner join demo_truth.contacts as contacts using (source_system, contact_key)
            group by all
        ),
        judged as (
            select customer_id, as_of_date, label, probability, rule_probability
            from prediction.score_backtest
            where outcome = 'churn'
        ),
        history as (
            select
                judged.customer_id, judged.as_of_date,
                count(distinct case when days.orders_placed > 0 then days.activity_date end)
                    as purchases,
                count(distinct case when days.visits > 0 then days.activity_date end) as visits,
                min(days.activity_date) as first_day,
                max(case when days.orders_placed > 0 or days.visits > 0 then days.activity_date end)
                    as last_day
            from judged
            inner join features.customer_days as days
                on judged.customer_id = days.customer_id
                and days.known_date <= judged.as_of_date
                and (days.orders_placed > 0 or days.visits > 0)
            group by all
        )
        select
            judged.*, people.customer_type, history.purchases, history.visits,
            judged.as_of_date - history.first_day as life,
            history.last_day - history.first_day as last_seen
        from judged
        inner join history using (customer_id, as_of_date)
        inner join persons using (customer_id)
        inner join demo_truth.people as people using (person_id)
        order by judged.as_of_date, judged.customer_id
        """
    ).df()
    types = {kind.name: kind for kind in TYPES}
    kinds = [types[name] for name in rows["customer_type"]]
    buys = np.array([k.purchase_rate * (1 - k.return_share - 0.03) for k in kinds])
    visits = np.array([k.visit_rate for k in kinds])
    hazard = np.array([k.dropout_hazard for k in kinds])
    bought, visited = rows["purchases"].to_numpy() - 1, rows["visits"].to_numpy()
    life = rows["life"].to_numpy().astype(float) + 1
    seen = rows["last_seen"].to_numpy().astype(float) + 1

    def log_density(days: np.ndarray) -> np.ndarray:
        """Likelihood of purchases and visits so far, alive for so many days, rates integrated."""
        return -(8 + np.maximum(bought, 0))[:, None] * np.log(8 / buys[:, None] + days) - (
            8 + visited
        )[:, None] * np.log(8 / visits[:, None] + days)

    steps = np.linspace(0, 1, 41)
    left = seen[:, None] + (life - seen)[:, None] * steps
    logs, alive_log = log_density(left), log_density(life[:, None])[:, 0]
    top = np.maximum(logs.max(axis=1), alive_log)
    gone_by = hazard[:, None] * (1 + hazard[:, None] * left / 4) ** -5
    gone = np.trapezoid(np.exp(logs - top[:, None]) * gone_by, left, axis=1)
    alive = np.exp(alive_log - top) * (1 + hazard * life / 4) ** -4
    is_alive = alive / (alive + gone)
    # From now on: no purchase before dropping out, or none within the horizon.
    ahead = np.arange(horizon + 1.0)
    shape, scale = 8 + np.maximum(bought, 0), 8 / buys + life
    silent = (scale[:, None] / (scale[:, None] + ahead)) ** shape[:, None]
    still = ((1 + hazard[:, None] * (life[:, None] + ahead) / 4) ** -4) / (
        (1 + hazard * life / 4) ** -4
    )[:, None]
    drops = still[:, :-1] - still[:, 1:]
    nothing = (drops * silent[:, :-1]).sum(axis=1) + still[:, -1] * silent[:, -1]
    probability = (1 - is_alive) + is_alive * nothing
    labels = rows["label"].to_numpy().astype(np.int64)
    print(f"\nchurn of a demo, {len(rows):,} customers of {rows['as_of_date'].unique()}")
    line("oracle", probability, labels)
    line("model", rows["probability"].to_numpy(), labels)
    line("rule of thumb", rows["rule_probability"].to_numpy(), labels)


def main() -> None:
    """Run one of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "what", choices=["telco", "product", "fit", "scoring", "warehouse", "oracle"]
    )
    parser.add_argument("--data", type=Path, help="folder of the data sets")
    parser.add_argument("--warehouse", type=Path, help="a warehouse that has trained scores")
    arguments = parser.parse_args()
    if arguments.what == "telco":
        telco(arguments.data)
    elif arguments.what in ("warehouse", "oracle"):
        {"warehouse": warehouse, "oracle": oracle}[arguments.what](arguments.warehouse)
    else:
        {"product": product, "fit": fit, "scoring": scoring}[arguments.what]()


if __name__ == "__main__":
    main()
