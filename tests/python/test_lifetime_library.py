"""The lifetime model: published figures, known truths, gradients, closed forms, refusals."""

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln, expit, gammaln, hyp2f1

from coterie.frames import with_schema
from coterie.lifetime import (
    BgNbd,
    GammaGamma,
    Sample,
    Settings,
    dropout_nodes,
    expected_purchases,
    expected_value,
    fit_bg_nbd,
    fit_gamma_gamma,
    fit_lifetime,
    fits_rows,
    group_histories,
    log_likelihood,
    probability_alive,
    value_log_likelihood,
)
from coterie.lifetime.bg_nbd import _likelihood_of
from coterie.lifetime.gamma_gamma import _likelihood_of as _value_likelihood_of
from coterie.schemas import LIFETIME_FITS

ROOT = Path(__file__).parents[2]
DATA = (ROOT / os.environ.get("COTERIE_DATA", "../shared/data")).resolve()

# Fader, Hardie and Lee (2005); time in weeks.
PUBLISHED = BgNbd(0.243, 4.414, 0.793, 2.426)
SETTINGS = Settings(
    repeat_customers_min=100, history_days_min=270, value_ratio_min=1.05, holdout_error_max=0.25
)


@pytest.fixture(scope="module")
def cdnow():
    """Histories of the CDNOW sample until 1997-09-30, in weeks, with the purchases since."""
    if not (DATA / "cdnow_sample.parquet").exists():
        pytest.skip(f"{DATA}/cdnow_sample.parquet is not there: set COTERIE_DATA")
    return duckdb.sql(
        f"""
        with days as (
            select sample_id, date, sum(amount) as amount,
                min(date) over (partition by sample_id) as first_date
            from '{DATA}/cdnow_sample.parquet'
            group by sample_id, date
        )
        select
            sample_id,
            count(case when date <= '1997-09-30' then 1 end) - 1 as x,
            (max(case when date <= '1997-09-30' then date end) - first_date) / 7 as t_x,
            (date '1997-09-30' - first_date) / 7 as t,
            count(case when date > '1997-09-30' then 1 end) as later,
            coalesce(
                sum(case when date <= '1997-09-30' and date > first_date then amount end), 0
            )::double as revenue
        from days
        group by sample_id, first_date
        order by sample_id
        """
    ).to_df()


@pytest.fixture(scope="module")
def fitted(cdnow):
    return fit_bg_nbd(group_histories(cdnow.x, cdnow.t_x, cdnow.t))


def test_cdnow_gives_the_published_parameters(fitted):
    model, estimate = fitted
    assert vars(model) == pytest.approx(vars(PUBLISHED), abs=1e-3)
    assert estimate.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    assert estimate.is_settled
    assert not estimate.is_at_edge


def test_cdnow_histories_are_those_of_the_published_summary(cdnow):
    x, t_x, t = (
        duckdb.sql(
            f"select x, t_x, T from '{DATA}/cdnow_sample_summary.parquet' order by sample_id"
        )
        .fetchnumpy()
        .values()
    )
    assert cdnow.x.to_numpy() == pytest.approx(x)
    assert cdnow.t_x.to_numpy() == pytest.approx(t_x, abs=0.01)
    assert cdnow.t.to_numpy() == pytest.approx(t, abs=0.01)


def test_cdnow_purchases_are_predicted_without_looking_at_histories(fitted, cdnow):
    """By what is expected of a new customer: the tracking curve of the paper, weeks 40 to 78."""
    model, _ = fitted
    new = np.zeros(len(cdnow))

    def repeats_until(weeks):
        return expected_purchases(model, new, new, cdnow.t + weeks).sum()

    everything = cdnow.x.sum() + cdnow.later.sum()
    assert abs((repeats_until(39) - repeats_until(0)) / cdnow.later.sum() - 1) < 0.15
    assert abs(repeats_until(39) / everything - 1) < 0.05
    # Not for nothing: until week 39 the curve lies on what was observed.
    assert abs(repeats_until(0) / cdnow.x.sum() - 1) < 0.02


def test_cdnow_purchases_are_predicted_from_the_histories(fitted, cdnow):
    model, _ = fitted
    predicted = probability_alive(model, cdnow.x, cdnow.t_x, cdnow.t) * expected_purchases(
        model, cdnow.x, cdnow.t, 39
    )
    assert abs(predicted.sum() / cdnow.later.sum() - 1) < 0.15
    # Customer by customer too: 0.63 is what the paper's figures give.
    assert np.corrcoef(predicted, cdnow.later)[0, 1] > 0.6


def test_cdnow_gives_the_published_values(cdnow):
    back = cdnow[cdnow.x > 0]
    assert len(back) == 946
    model, estimate = fit_gamma_gamma(back.x, back.revenue / back.x)
    published = {"p": 6.25, "q": 3.74, "gamma": 15.44}
    assert vars(model) == pytest.approx(published, abs=0.02)
    assert estimate.is_settled
    assert estimate.log_likelihood == pytest.approx(
        value_log_likelihood(model, back.x, back.revenue / back.x)
    )


def simulated(model: BgNbd, customers: int, *, days: int = 730, seed: int = 1):
    """Customers who live as the model says: x, t_x and T on continuous time."""
    generator = np.random.default_rng(seed)
    observed = generator.uniform(0, days, customers)
    rates = generator.gamma(model.r, 1 / model.alpha, customers)
    leaving = generator.beta(model.a, model.b, customers)
    repeats, last = np.zeros(customers, int), np.zeros(customers)
    now, active = np.zeros(customers), np.ones(customers, bool)
    while active.any():
        at = np.flatnonzero(active)
        now[at] += generator.exponential(1, len(at)) / rates[at]
        active[at[now[at] > observed[at]]] = False
        at = at[active[at]]
        repeats[at] += 1
        last[at] = now[at]
        active[at[generator.random(len(at)) < leaving[at]]] = False
    return repeats, last, observed


TRUTH = BgNbd(0.6, 60.0, 0.8, 2.5)


def test_a_fit_recovers_the_truth_within_its_standard_errors():
    model, estimate = fit_bg_nbd(group_histories(*simulated(TRUTH, 20_000)))
    misses = (np.array(list(vars(model).values())) - list(vars(TRUTH).values())) / estimate.errors
    assert np.abs(misses).max() < 3
    assert (estimate.errors / estimate.values < 0.2).all()


def test_standard_errors_are_the_spread_of_repeated_fits():
    fits = [
        fit_bg_nbd(group_histories(*simulated(TRUTH, 2_000, seed=seed))) for seed in range(2, 42)
    ]
    spread = np.std([np.log(estimate.values) for _, estimate in fits], axis=0)
    stated = np.median([estimate.errors / estimate.values for _, estimate in fits], axis=0)
    assert stated / spread == pytest.approx(np.ones(4), rel=0.35)


def test_grouping_changes_nothing():
    x, t_x, t = simulated(TRUTH, 3_000)
    t_x, t = np.ceil(t_x), np.ceil(t)
    order = np.random.default_rng(0).permutation(len(x))
    one_by_one = group_histories(x, t_x, t)
    shuffled = group_histories(x[order], t_x[order], t[order])
    again = group_histories(
        one_by_one.repeats, one_by_one.last, one_by_one.observed, one_by_one.customers
    )
    assert one_by_one.size == len(x) > len(one_by_one.repeats)
    for other in (shuffled, again):
        for part, value in vars(one_by_one).items():
            assert (value == getattr(other, part)).all()
    assert fit_bg_nbd(one_by_one)[0] == fit_bg_nbd(shuffled)[0]


def test_the_likelihood_is_that_of_the_paper_customer_by_customer():
    """Equation 6 as it is written, with beta functions, for histories short enough for it."""
    x, t_x, t = simulated(TRUTH, 300, days=200)
    r, alpha, a, b = vars(PUBLISHED).values()
    stays = np.exp(betaln(a, b + x) - betaln(a, b)) * (alpha + t) ** -(r + x)
    left = np.where(
        x > 0,
        np.exp(betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b)) * (alpha + t_x) ** -(r + x),
        0,
    )
    rates = np.exp(gammaln(r + x) - gammaln(r)) * alpha**r
    expected = np.log(rates * (stays + left)).sum()
    assert log_likelihood(PUBLISHED, group_histories(x, t_x, t)) == pytest.approx(expected)
    # The first of the two ways is to be still active.
    assert probability_alive(PUBLISHED, x, t_x, t) == pytest.approx(stays / (stays + left))


def difference(likelihood, values):
    """Gradient by central differences."""
    steps = 1e-5 * np.diag(values)
    return np.array(
        [
            (likelihood(values + step)[0] - likelihood(values - step)[0]) / (2 * step.max())
            for step in steps
        ]
    )


def test_gradients_are_the_slopes_of_the_likelihoods():
    purchases = _likelihood_of(group_histories(*simulated(TRUTH, 500)))
    values = np.array([0.4, 50.0, 1.2, 3.0])
    assert purchases(values)[1] == pytest.approx(difference(purchases, values), rel=1e-5)
    generator = np.random.default_rng(1)
    money = _value_likelihood_of(
        generator.integers(1, 9, 200), generator.gamma(3, 10, 200), np.full(200, 2)
    )
    values = np.array([5.0, 3.0, 20.0])
    assert money(values)[1] == pytest.approx(difference(money, values), rel=1e-5)


@pytest.mark.parametrize(("x", "t"), [(0, 0.0), (0, 38.9), (3, 30.0), (29, 38.0), (200, 38.9)])
@pytest.mark.parametrize("horizon", [0.5, 13.0, 52.0, 150.0])
@pytest.mark.parametrize("a", [0.02, 0.793, 1.0, 4.0])
def test_expected_purchases_are_those_of_the_integral_and_of_the_closed_form(x, t, horizon, a):
    model = replace(PUBLISHED, a=a)
    (found,) = expected_purchases(model, [x], [t], horizon)

    def purchases(v):
        p, share = v ** (1 / a), horizon / (model.alpha + t)
        shape = model.r + x
        active = -np.expm1(-shape * np.log1p(p * share)) / p if p > 1e-200 else shape * share
        return (1 - p) ** (model.b + x - 1) * active

    # In p ** a, where the density has no pole at 0.
    places = [1e-12, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-3, 0.1]
    integral, _ = quad(purchases, 0, 1, points=places, epsabs=0, epsrel=1e-10, limit=2000)
    integral *= np.exp(-betaln(a, model.b + x)) / a
    assert found == pytest.approx(integral, rel=1e-8)
    # Fader, Hardie and Lee divide by a - 1.
    if a != 1 and x < 100:
        r, alpha, _, b = vars(model).values()
        share = (alpha + t) / (alpha + t + horizon)
        series = hyp2f1(r + x, b + x, a + b + x - 1, 1 - share)
        closed = (a + b + x - 1) / (a - 1) * (1 - share ** (r + x) * series)
        assert found == pytest.approx(closed, rel=1e-7)


def test_nodes_are_means_over_the_beta_distribution():
    nodes = dropout_nodes(0.7, 2.3, 120)
    assert nodes.weights.sum(axis=1) == pytest.approx(np.ones(120))
    for x in (0, 1, 17, 119):
        for power in (1, 2, 5):
            moment = np.exp(betaln(0.7 + power, 2.3 + x) - betaln(0.7, 2.3 + x))
            found = nodes.weights[x] @ nodes.probabilities[x] ** power
            assert found == pytest.approx(moment, rel=1e-9)


@pytest.mark.parametrize(
    ("a", "b"), [(1.0, 1.0), (0.5, 0.5), (1e-3, 1.0), (1e-3, 1e4), (1e4, 1e4), (50.0, 1e-3)]
)
def test_nodes_hold_at_the_ends_of_the_range(a, b):
    nodes = dropout_nodes(a, b, 3)
    assert np.isfinite(nodes.probabilities).all()
    assert ((nodes.probabilities > 0) & (nodes.probabilities <= 1)).all()
    means = (nodes.weights * nodes.probabilities).sum(axis=1)
    assert means == pytest.approx([a / (a + b + x) for x in range(3)], rel=1e-6)


def test_long_histories_overflow_nothing():
    alive = probability_alive(PUBLISHED, [5_000, 5_000, 0], [700, 3_000, 0], [3_000, 3_000, 3_000])
    assert alive == pytest.approx([0, 1, 1], abs=1e-3)
    assert expit(-np.inf) == 0
    assert np.isfinite(expected_purchases(PUBLISHED, [2_000], [3_000], 52)).all()


def test_an_expected_value_lies_between_the_own_mean_and_everybodys():
    model = GammaGamma(6.25, 3.74, 15.44)
    assert expected_value(model, [0, 0], [0, 99]) == pytest.approx([model.mean_value] * 2)
    (few,) = expected_value(model, [1], [100.0])
    (many,) = expected_value(model, [50], [100.0])
    assert model.mean_value < few < many < 100
    assert GammaGamma(6, 0.9, 15).mean_value == np.inf


@pytest.mark.parametrize(
    ("repeats", "last", "observed"),
    [
        ([1], [5.0], [4.0]),
        ([0], [1.0], [4.0]),
        ([2], [0.0], [4.0]),
        ([-1], [0.0], [4.0]),
        ([], [], []),
    ],
)
def test_what_is_no_history_is_refused(repeats, last, observed):
    with pytest.raises(ValueError, match="histor"):
        group_histories(repeats, last, observed)


def test_without_repeats_or_values_there_is_no_fit():
    with pytest.raises(ValueError, match="nobody bought twice"):
        fit_bg_nbd(group_histories([0, 0], [0, 0], [10, 20]))
    for repeats, means in (([], []), ([0], [5.0]), ([2], [0.0])):
        with pytest.raises(ValueError, match="needs purchases"):
            fit_gamma_gamma(repeats, means)


def sample(customers: int, *, days: int = 730, seed: int = 1, later_days: int = 0) -> Sample:
    """A sample of customers who live as the model says, known until later_days before the end."""
    generator = np.random.default_rng(seed)
    x, t_x, t = simulated(TRUTH, customers, days=days, seed=seed)
    values = generator.gamma(2.0, 1, len(x)) * 30 / generator.gamma(3.0, 1, len(x)) * 2
    return Sample(
        repeats=x,
        last=t_x,
        observed=t,
        customers=np.ones(len(x), np.int64),
        revenue=x * values,
        later=np.zeros(len(x)),
        later_days=later_days,
    )


def with_future(past: Sample, days: int, factor: float = 1.0) -> Sample:
    """The sample with as many later purchases as the model expects, times a factor."""
    alive = probability_alive(TRUTH, past.repeats, past.last, past.observed)
    expected = alive * expected_purchases(TRUTH, past.repeats, past.observed, days)
    later = np.random.default_rng(5).poisson(expected * factor).astype(float)
    return replace(past, later=later, later_days=days)


def test_a_round_accepts_a_model_that_predicts():
    found = fit_lifetime(sample(4_000), with_future(sample(3_000, seed=2), 180), settings=SETTINGS)
    assert found.is_accepted
    assert set(found.fits) == {"scoring", "holdout"}
    assert abs(found.check.level_error) < 0.1
    assert found.check.model_error < found.check.rule_error
    assert "own pace" in found.reason
    assert "miss" not in found.reason


def test_a_round_calls_a_miss_a_miss():
    earlier = with_future(sample(3_000, seed=2), 180, factor=2)
    found = fit_lifetime(sample(4_000), earlier, settings=SETTINGS)
    assert "That is a miss" in found.reason
    assert "fewer purchases" in found.reason


def test_a_round_rejects_a_model_that_is_worse_than_the_own_pace():
    earlier = sample(3_000, seed=2)
    later = np.rint(earlier.repeats / np.maximum(earlier.observed, 1) * 180)
    found = fit_lifetime(
        sample(4_000), replace(earlier, later=later, later_days=180), settings=SETTINGS
    )
    assert not found.is_accepted
    assert "The own pace is the better rule." in found.reason


def test_a_round_refuses_in_numbers():
    few = fit_lifetime(sample(150), None, settings=SETTINGS)
    assert not few.is_accepted
    assert "bought more than once, 100 are needed" in few.reason
    assert [row["part"] for row in fits_rows(few, "v")] == ["outcome"]
    short = fit_lifetime(sample(4_000, days=200), None, settings=SETTINGS)
    assert not short.is_accepted
    assert "270 days are needed" in short.reason


def test_without_values_purchases_are_predicted_all_the_same():
    free = replace(sample(4_000), revenue=np.zeros(4_000))
    found = fit_lifetime(free, None, settings=SETTINGS)
    assert found.is_accepted
    assert found.fits["scoring"].value is None
    assert "No value of purchases: 0 customers" in found.reason
    # One customer in a thousand spends a million: the mean value does not exist.
    wild = sample(4_000)
    wild = replace(wild, revenue=wild.repeats * np.random.default_rng(1).pareto(0.5, 4_000))
    found = fit_lifetime(wild, None, settings=SETTINGS)
    assert found.is_accepted
    assert found.fits["scoring"].value is None
    assert "q = " in found.reason


def test_rows_of_a_round_fit_the_declared_columns():
    found = fit_lifetime(sample(4_000), with_future(sample(3_000, seed=2), 180), settings=SETTINGS)
    table = with_schema(fits_rows(found, "v"), LIFETIME_FITS)
    parts = table.group_by(["part", "purpose"]).aggregate([("model_version", "count")]).to_pylist()
    counts = {(row["part"], row["purpose"]): row["model_version_count"] for row in parts}
    nodes = 2 * found.repeats_most + 101
    assert counts == {
        ("outcome", None): 1,
        ("parameters", "scoring"): 1,
        ("parameters", "holdout"): 1,
        ("nodes", "scoring"): nodes,
        ("nodes", "holdout"): nodes,
    }
    assert with_schema(fits_rows(found, "v"), LIFETIME_FITS) == table
