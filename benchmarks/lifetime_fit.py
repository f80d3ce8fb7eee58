"""Seconds to fit the lifetime model to many customers, and to group their histories first.

The customers buy and leave as the BG/NBD says, over two years of whole days; the values of their
purchases are those of a Gamma-Gamma. One thread: seconds of the processor are what counts, whatever
else the machine does.

    python benchmarks/lifetime_fit.py --customers 1000000
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from coterie.lifetime import BgNbd, GammaGamma, fit_bg_nbd, fit_gamma_gamma, group_histories

PURCHASES = BgNbd(r=0.55, alpha=70.0, a=0.8, b=2.5)
VALUES = GammaGamma(p=6.0, q=4.0, gamma=15.0)


def simulated(customers: int, days: int, seed: int = 1) -> tuple[np.ndarray, ...]:
    """Return repeats, days to the last, days observed and mean value of the repeats."""
    generator = np.random.default_rng(seed)
    observed = generator.integers(0, days, customers)
    rates = generator.gamma(PURCHASES.r, 1 / PURCHASES.alpha, customers)
    leaving = generator.beta(PURCHASES.a, PURCHASES.b, customers)
    repeats, last, now = np.zeros(customers, np.int64), np.zeros(customers), np.zeros(customers)
    active = np.ones(customers, dtype=bool)
    while active.any():
        at = np.flatnonzero(active)
        now[at] += generator.exponential(1, len(at)) / rates[at]
        active[at[now[at] > observed[at]]] = False
        at = at[active[at]]
        # Two purchases on one day are one, as in the models of dbt.
        day = np.ceil(now[at])
        repeats[at] += day > last[at]
        last[at] = day
        active[at[generator.random(len(at)) < leaving[at]]] = False
    scales = generator.gamma(VALUES.q, 1, customers) / VALUES.gamma
    means = generator.gamma(VALUES.p * np.maximum(repeats, 1)) / np.maximum(repeats, 1) / scales
    return repeats, last, observed.astype(np.float64), means


def main() -> None:
    """Fit once and say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=730)
    arguments = parser.parse_args()
    repeats, last, observed, means = simulated(arguments.customers, arguments.days)

    clocks = [time.process_time()]
    histories = group_histories(repeats, last, observed)
    clocks.append(time.process_time())
    purchases, estimate = fit_bg_nbd(histories)
    clocks.append(time.process_time())
    values, value_estimate = fit_gamma_gamma(repeats[repeats > 0], means[repeats > 0])
    clocks.append(time.process_time())

    print(f"{arguments.customers:,} customers, {len(histories.repeats):,} distinct histories")
    names = ("grouping", "BG/NBD", "Gamma-Gamma")
    for name, seconds in zip(names, np.diff(clocks), strict=True):
        print(f"{name}: {seconds:.2f} s of processor")
    print(purchases, "standard errors", np.round(estimate.errors, 4))
    print(values, "standard errors", np.round(value_estimate.errors, 4))


if __name__ == "__main__":
    main()
