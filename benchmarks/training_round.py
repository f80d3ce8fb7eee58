"""Seconds and outcome of a training round, by the lists of algorithms and encoders.

Learns from the sample of a warehouse whose last build trained (segment_sample_vectors), or from
planted groups where none is named. A sample of more rows is made of repeated rows, each moved a
little. One thread: seconds of the processor are what counts, whatever else the machine does; the
clock is honest on a quiet machine only. With --full a first round with the default lists gives the
segments in force, which online k-means goes on from; its seconds are not counted.

    python benchmarks/training_round.py --warehouse warehouse/coterie.duckdb --rows 20000 --full
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import duckdb
import numpy as np

from coterie.frames import matrix
from coterie.segmentation import ALGORITHMS, Incumbent, Settings, assign, fit_segments

# Of the standard deviation of a feature: repeated rows differ, groups stay what they are.
MOVED_BY = 0.05
ENCODERS = ("none", "pca", "pca:0.8", "pca:kaiser", "autoencoder")


def planted(rows: int, *, groups: int = 6, features: int = 24) -> np.ndarray:
    """Return groups of unequal size and unequal width, scaled."""
    generator = np.random.default_rng(1)
    group = np.minimum(generator.geometric(0.3, rows) - 1, groups - 1)
    centres = generator.normal(0, 1.5, (groups, features))
    widths = generator.uniform(0.5, 1.5, groups)
    values = centres[group] + generator.normal(size=(rows, features)) * widths[group, None]
    return (values - values.mean(axis=0)) / values.std(axis=0)


def sample(warehouse: Path | None, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return prepared vectors and the values that order the segments, so many rows."""
    if warehouse is None:
        values = planted(rows)
        return values, values[:, 0]
    query = "select * from segmentation.segment_sample_vectors order by customer_id"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        table = connection.sql(query).to_arrow_table()
    if not table.num_rows:
        raise SystemExit("no sample there: build with --vars '{retrain: true}' first")
    values = matrix(table["prepared"])
    order = table["order_value"].to_numpy()
    if rows <= len(values):
        return values[:rows], order[:rows]
    generator = np.random.default_rng(1)
    drawn = np.sort(generator.integers(0, len(values), rows))
    noise = generator.normal(0, MOVED_BY, (rows, values.shape[1])) * values.std(axis=0)
    return values[drawn] + noise, order[drawn]


def in_force(values: np.ndarray, order: np.ndarray) -> Incumbent:
    """Return the segments that a first round finds, or any six where it finds none."""
    fit = fit_segments(values, order, settings=Settings())
    if fit.encoder is None:
        labels = np.arange(len(values)) % 6
        ids = [f"s{label + 1:02d}" for label in range(6)]
    else:
        labels = assign(fit.encoder.encode(values), fit.prototypes)
        ids = list(fit.segment_ids)
    return Incumbent(
        [ids[label] for label in labels], algorithm="kmeans", basis="model", last_number=len(ids)
    )


def main() -> None:
    """Run one round and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--full", action="store_true", help="every algorithm, every encoder")
    options = parser.parse_args()
    settings = (
        Settings(algorithms=tuple(ALGORITHMS), encoders=ENCODERS) if options.full else Settings()
    )
    values, order = sample(options.warehouse, options.rows)
    incumbent = in_force(values, order) if options.full else None

    began, began_cpu = time.perf_counter(), time.process_time()

    def report(words: str) -> None:
        print(f"{time.process_time() - began_cpu:7.1f} s  {words}", flush=True)

    fit = fit_segments(values, order, settings=settings, incumbent=incumbent, report=report)
    report("done")
    print(f"{len(values):,} rows, {len(fit.trials)} trials")
    print(f"processor {time.process_time() - began_cpu:.0f} s", end=", ")
    print(f"clock {time.perf_counter() - began:.0f} s")
    print(fit.reason)


if __name__ == "__main__":
    main()
