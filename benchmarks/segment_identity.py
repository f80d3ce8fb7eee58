"""Share of the customers of Online Retail II who keep their segment from month to month.

Five features (recency, frequency, monetary, tenure, basket; log1p, z-scored) of every month-end
from 2011-06 to 2011-11, and three ways to go on: the model of the first month, frozen; a refit each
month from the segments of the month before; a refit each month from new starts. Refits are matched
with the month before, as a training round does it; without that, segments are what k-means numbers
them. k-means, no encoder. Then the trials of the last month, every algorithm with and without
principal components, as a table.

    COTERIE_DATA=../shared/data python benchmarks/segment_identity.py --trials benchmarks/trials.csv
"""

from __future__ import annotations

import argparse
import csv
import os
from dataclasses import dataclass, fields
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

from coterie.segmentation import (
    ALGORITHMS,
    Incumbent,
    Limits,
    Settings,
    Trial,
    assign,
    carry_over,
    fit_clustering,
    fit_segments,
    one_thread,
    order_segments,
)
from coterie.segmentation.prototypes import centre_prototypes

MONTH_ENDS = ("2011-06-30", "2011-07-31", "2011-08-31", "2011-09-30", "2011-10-31", "2011-11-30")
FEATURES = ("recency", "frequency", "monetary", "tenure", "basket")
COLD_GAIN = Settings().cold_gain

# Invoices of known customers, without cancellations (C...) and lines at no price; a line that is in
# both sheets counts once. tenure: days since the first invoice; basket: lines per invoice. Of a
# window of days, only customers with an invoice in it, and its invoices; tenure is of all time.
QUERY = """
with lines as (
    select distinct "Customer ID" as customer, "Invoice" as invoice, "StockCode" as product,
        "Quantity" as quantity, "Price" as price, cast("InvoiceDate" as date) as day
    from read_parquet($path)
    where "Customer ID" is not null and "Invoice" not like 'C%' and "Quantity" > 0 and "Price" > 0
        and cast("InvoiceDate" as date) <= cast($day as date)
),
invoices as (
    select customer, invoice, min(day) as day, count(*) as lines,
        sum(cast(quantity * price as decimal(18, 2))) as amount,
        min(day) > cast($day as date) - cast($window as integer) as is_recent
    from lines
    group by customer, invoice
)
select
    customer,
    date_diff('day', max(day), cast($day as date)) as recency,
    count(*) filter (where is_recent) as frequency,
    cast(sum(amount) filter (where is_recent) as double) as monetary,
    date_diff('day', min(day), cast($day as date)) as tenure,
    cast(sum(lines) filter (where is_recent) as double)
        / count(*) filter (where is_recent) as basket
from invoices
group by customer
having count(*) filter (where is_recent) > 0
order by customer
"""


@dataclass(frozen=True, eq=False)
class Month:
    """Customers of a month-end in the order of their key, and their features after log1p."""

    customers: np.ndarray
    values: np.ndarray
    monetary: np.ndarray


def read_month(path: Path, day: str, window: int) -> Month:
    """Compute the features as of a day, from the invoices of so many days."""
    settings = {"path": str(path), "day": day, "window": window}
    with duckdb.connect() as connection:
        columns = connection.execute(QUERY, settings).fetchnumpy()
    values = np.column_stack([columns[name].astype(np.float64) for name in FEATURES])
    return Month(columns["customer"], np.log1p(values), values[:, FEATURES.index("monetary")])


def scaled(month: Month, reference: Month) -> np.ndarray:
    """Scale the features by mean and standard deviation of a month."""
    return (month.values - reference.values.mean(axis=0)) / reference.values.std(axis=0)


def ids(labels: np.ndarray) -> list[str]:
    """Name segments as the library numbers them."""
    return [f"s{label + 1:02d}" for label in labels]


def share_kept(before: tuple[Month, list[str]], after: tuple[Month, list[str]]) -> float:
    """Share of the customers of both months whose segment is the same."""
    known = dict(zip(before[0].customers.tolist(), before[1], strict=True))
    same = [
        known[customer] == name
        for customer, name in zip(after[0].customers.tolist(), after[1], strict=True)
        if customer in known
    ]
    return float(np.mean(same))


def frozen(months: list[Month], k: int, seed: int) -> list[list[str]]:
    """Segments of each month by the model of the first."""
    first = scaled(months[0], months[0])
    model = fit_clustering("kmeans", first, k, seed=seed)
    made = centre_prototypes(model.centres)
    return [ids(assign(scaled(month, months[0]), made)) for month in months]


def refitted(
    months: list[Month], k: int, seed: int, *, is_warm: bool, is_matched: bool = True
) -> list[list[str]]:
    """Segments of each month by a model of its own, matched with that of the month before."""
    found: list[list[str]] = []
    made, last_number = None, 0
    for number, month in enumerate(months):
        points = scaled(month, month)
        fit = fit_clustering("kmeans", points, k, seed=seed + number)
        if not number:
            names = tuple(ids(np.arange(k)))
            last_number = k
        else:
            # The model before, asked about this month with its own scaling.
            labels = assign(scaled(month, months[number - 1]), made)
            incumbent = Incumbent(
                [names[label] for label in labels],
                algorithm="kmeans",
                basis="model",
                last_number=last_number,
            )
            means = incumbent.means(points, np.arange(len(points)))
            if is_warm and len(means) == k:
                warm = fit_clustering("kmeans", points, k, seed=seed, start=means)
                if fit.inertia >= (1 - COLD_GAIN) * warm.inertia:
                    fit = warm
            if is_matched:
                order = order_segments(fit.centres, fit.labels, month.monetary)
                names, _ = carry_over(
                    incumbent, fit.labels, order=order, points=points, limits=Limits()
                )
                last_number = max(last_number, *(int(name[1:]) for name in names))
        made = centre_prototypes(fit.centres)
        found.append([names[label] for label in assign(points, made)])
    return found


def mean_kept(months: list[Month], segments: list[list[str]]) -> float:
    """Mean over the pairs of consecutive months."""
    pairs = pairwise(zip(months, segments, strict=True))
    return float(np.mean([share_kept(before, after) for before, after in pairs]))


def write_trials(month: Month, path: Path) -> str:
    """Write the trials of a month as a table; return the decision in words."""
    algorithms = [name for name, algorithm in ALGORITHMS.items() if not algorithm.needs_start]
    settings = Settings(algorithms=tuple(algorithms), encoders=("none", "pca"))
    fit = fit_segments(scaled(month, month), month.monetary, settings=settings, features=FEATURES)
    columns = [field.name for field in fields(Trial)]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for trial in fit.trials:
            row = [getattr(trial, column) for column in columns]
            writer.writerow([f"{x:.4g}" if isinstance(x, float) else x for x in row])
    return fit.reason


def main() -> None:
    """Print the shares, and write the trials."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="seeds that are averaged over")
    parser.add_argument("--window", type=int, default=10_000, help="days of invoices; all if many")
    parser.add_argument("--trials", type=Path, help="where the trials of the last month go")
    arguments = parser.parse_args()
    path = Path(os.environ.get("COTERIE_DATA", "../shared/data")) / "online_retail_ii.parquet"
    if not path.exists():
        raise SystemExit(f"Online Retail II is not at {path}: set COTERIE_DATA")
    with one_thread():
        months = [read_month(path, day, arguments.window) for day in MONTH_ENDS]
        print("customers:", ", ".join(str(len(month.customers)) for month in months))
        ways = {
            "frozen model": frozen,
            "warm refit, matched": lambda m, k, s: refitted(m, k, s, is_warm=True),
            "cold refit, matched": lambda m, k, s: refitted(m, k, s, is_warm=False),
            "cold refit, not matched": lambda m, k, s: refitted(
                m, k, s, is_warm=False, is_matched=False
            ),
        }
        for k in (5, 8):
            for name, way in ways.items():
                shares = [
                    mean_kept(months, way(months, k, 100 * seed)) for seed in range(arguments.seeds)
                ]
                spread = f"({min(shares):.2f} to {max(shares):.2f})"
                print(f"k = {k}, {name}: {np.mean(shares):.2f} {spread}")
        if arguments.trials:
            print(write_trials(months[-1], arguments.trials))


if __name__ == "__main__":
    main()
