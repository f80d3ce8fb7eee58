"""The BG/NBD model of Fader, Hardie and Lee (2005, Marketing Science 24): who is still a customer.

While customers are active they buy at random with a rate of their own (rates: gamma, shape r, rate
alpha); after each purchase they leave with a probability of their own (beta, a and b).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, gammaln, psi

from coterie.lifetime.histories import Histories, Vector
from coterie.lifetime.optimise import Estimate, maximise
from coterie.lifetime.quadrature import dropout_nodes

#: Where the search starts, time in means of the time observed: heavy and light spread of the rates.
STARTS = (np.array([0.5, 0.5, 0.8, 2.5]), np.array([2.0, 0.5, 1.0, 10.0]))


@dataclass(frozen=True)
class BgNbd:
    """Parameters of the BG/NBD.

    Attributes
    ----------
    r
        Shape of the gamma distribution of purchase rates: the smaller, the more customers differ.
    alpha
        Its rate, in units of time: r / alpha is the mean purchase rate.
    a, b
        Of the beta distribution of the probability to leave after a purchase: a / (a + b) is its
        mean.
    """

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: BgNbd, histories: Histories) -> float:
    """Log-likelihood of purchase histories, equation 6 of the paper, term by term in logarithms."""
    value, _ = _likelihood_of(histories)(np.array([model.r, model.alpha, model.a, model.b]))
    return value


def fit_bg_nbd(histories: Histories) -> tuple[BgNbd, Estimate]:
    """Fit by maximum likelihood.

    Returns
    -------
    tuple of BgNbd and Estimate
        The model, and what is known of its parameters, in the order r, alpha, a, b.

    Raises
    ------
    ValueError
        If nobody bought twice, or nobody was observed for any time.
    """
    if not histories.repeats.any():
        raise ValueError("nobody bought twice: there is nothing to learn from")
    # In a unit of its own every data set looks alike: the same starts and range serve all.
    unit = float(np.average(histories.observed, weights=histories.customers))
    scaled = Histories(
        histories.repeats, histories.last / unit, histories.observed / unit, histories.customers
    )
    found = maximise(_likelihood_of(scaled), histories.size, STARTS)
    factors = np.array([1.0, unit, 1.0, 1.0])
    values, errors = found.values * factors, found.errors * factors
    repeats = int(histories.repeats @ histories.customers)
    estimate = Estimate(
        values=values,
        errors=errors,
        # A density of the times of purchases: each of them is divided by the unit.
        log_likelihood=found.log_likelihood - repeats * float(np.log(unit)),
        is_settled=found.is_settled,
        is_at_edge=found.is_at_edge,
    )
    return BgNbd(*(float(value) for value in values)), estimate


def probability_alive(
    model: BgNbd, repeats: npt.ArrayLike, last: npt.ArrayLike, observed: npt.ArrayLike
) -> Vector:
    """Probability that a customer has not left, given the history; 1 without repeats.

    The model lets nobody leave before the first repeat purchase. Fader, Hardie and Lee (2008,
    "Computing P(alive) using the BG/NBD model"), as one over one plus the odds of having left.
    """
    x = np.asarray(repeats, dtype=np.float64)
    later = np.log(model.alpha + np.asarray(observed)) - np.log(model.alpha + np.asarray(last))
    with np.errstate(divide="ignore", invalid="ignore"):
        log_odds = np.log(model.a) - np.log(model.b + x - 1) + (model.r + x) * later
    return np.where(x > 0, expit(-log_odds), 1.0)


def expected_purchases(
    model: BgNbd,
    repeats: npt.ArrayLike,
    observed: npt.ArrayLike,
    horizon: npt.ArrayLike,
) -> Vector:
    """Purchases expected within a horizon of customers who are active.

    Times the probability of being active it is equation 10 of the paper. Written as a mean over
    the probability p of leaving, which after x repeats is beta with a and b + x,

        (1 - (1 + p t / (alpha + T)) ** -(r + x)) / p

    with t the horizon, and integrated by the nodes of dropout_nodes: the closed form divides by
    a - 1 and loses its digits near it. With x = T = 0 it is what a new customer is expected to buy
    (equation 9).

    Parameters
    ----------
    model
        Parameters.
    repeats, observed
        Of each customer, shape (customers,).
    horizon
        Time from the end of observation on, one number or one for each customer.

    Returns
    -------
    ndarray of shape (customers,)
        In purchases; without leaving it is (r + x) / (alpha + T) times the horizon.
    """
    x = np.asarray(repeats, dtype=np.int64)
    shape, rate = model.r + x, model.alpha + np.asarray(observed, dtype=np.float64)
    nodes = dropout_nodes(model.a, model.b, int(np.max(x, initial=0)) + 1)
    p, weights = nodes.probabilities[x], nodes.weights[x]
    share = np.broadcast_to(np.asarray(horizon, dtype=np.float64) / rate, shape.shape)
    means = -np.expm1(-shape[:, None] * np.log1p(p * share[:, None])) / p
    return np.asarray(np.sum(weights * means, axis=1))


def _likelihood_of(histories: Histories) -> Callable[[Vector], tuple[float, Vector]]:
    """Log-likelihood and gradient of (r, alpha, a, b).

    What depends on one of x, t_x and T only is computed once for each of its distinct values; each
    group of customers costs one logistic function.
    """
    x, x_at = np.unique(histories.repeats, return_inverse=True)
    t, t_at = np.unique(histories.observed, return_inverse=True)
    n = histories.customers.astype(np.float64)
    n_x = np.bincount(x_at, weights=n)
    n_t = np.bincount(t_at, weights=n)
    repeats_t = np.bincount(t_at, weights=n * histories.repeats)
    size = n.sum()
    # Only who came back can have left.
    is_repeat = histories.repeats > 0
    back_x_at, back_t_at = x_at[is_repeat], t_at[is_repeat]
    back_x, back_n = histories.repeats[is_repeat].astype(np.float64), n[is_repeat]
    last, back_last_at = np.unique(histories.last[is_repeat], return_inverse=True)

    def likelihood(parameters: Vector) -> tuple[float, Vector]:
        r, alpha, a, b = parameters
        log_t, log_last = np.log(alpha + t), np.log(alpha + last)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_left = np.log(a) - np.log(b + x - 1)
        gap = log_t[back_t_at] - log_last[back_last_at]
        odds = log_left[back_x_at] + (r + back_x) * gap
        # Of having left, given the history.
        left = back_n * expit(odds)
        value = (
            n_x
            @ (
                gammaln(r + x) - gammaln(r) + gammaln(a + b) + gammaln(b + x) - gammaln(b)
                - gammaln(a + b + x)
            )
            + size * r * np.log(alpha)
            - (r * n_t + repeats_t) @ log_t
            + back_n @ np.logaddexp(0, odds)
        )  # fmt: skip
        both = psi(a + b) - psi(a + b + x)
        inverse_t, inverse_last = 1 / (alpha + t), 1 / (alpha + last)
        slopes = inverse_t[back_t_at] - inverse_last[back_last_at]
        left_x = np.bincount(back_x_at, weights=left, minlength=len(x))
        gradient = np.array(
            [
                n_x @ (psi(r + x) - psi(r)) + size * np.log(alpha) - n_t @ log_t + left @ gap,
                size * r / alpha
                - (r * n_t + repeats_t) @ inverse_t
                + (left * (r + back_x)) @ slopes,
                n_x @ both + left.sum() / a,
                n_x @ (both + psi(b + x) - psi(b)) - left_x[x > 0] @ (1 / (b + x[x > 0] - 1)),
            ]
        )
        return float(value), gradient

    return likelihood
