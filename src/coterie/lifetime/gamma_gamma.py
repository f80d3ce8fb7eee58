"""The Gamma-Gamma model: what a purchase is worth.

After Fader and Hardie (2013, "The Gamma-Gamma model of monetary value", a note). Values of a
customer's purchases are gamma with shape p and a rate of the customer's own; the rates are gamma
with shape q and rate gamma. They do not depend on how often the customer buys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

from coterie.lifetime.histories import Counts, Vector
from coterie.lifetime.optimise import Estimate, maximise

#: Where the search starts, money in means of the values.
STARTS = (np.array([5.0, 4.0, 0.6]), np.array([1.5, 2.0, 0.7]))


@dataclass(frozen=True)
class GammaGamma:
    """Parameters of the Gamma-Gamma.

    Attributes
    ----------
    p
        Shape of the values of one customer: the larger, the more alike they are.
    q, gamma
        Shape and rate of the customers' rates, gamma in money: p gamma / (q - 1) is the mean
        value, for q above 1.
    """

    p: float
    q: float
    gamma: float

    @property
    def mean_value(self) -> float:
        """Expected value of a purchase of somebody unknown; infinite where q is not above 1."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else float("inf")


def value_log_likelihood(model: GammaGamma, repeats: npt.ArrayLike, means: npt.ArrayLike) -> float:
    """Log-likelihood of mean values, equation 1a of the note.

    Parameters
    ----------
    model
        Parameters.
    repeats, means
        Number and mean value of each customer's purchases, both above 0, shape (customers,).
    """
    x = np.asarray(repeats, dtype=np.int64)
    value, _ = _likelihood_of(x, np.asarray(means, np.float64), np.ones(len(x), np.int64))(
        np.array([model.p, model.q, model.gamma])
    )
    return value


def fit_gamma_gamma(
    repeats: npt.ArrayLike, means: npt.ArrayLike, customers: npt.ArrayLike | None = None
) -> tuple[GammaGamma, Estimate]:
    """Fit by maximum likelihood.

    Parameters
    ----------
    repeats, means
        Number and mean value of each customer's repeat purchases, shape (customers,).
    customers
        Customers of each row; one each where none are given.

    Returns
    -------
    tuple of GammaGamma and Estimate
        The model, and what is known of its parameters, in the order p, q, gamma.

    Raises
    ------
    ValueError
        If there is no customer, or one without a purchase or with a mean value that is not above
        0.
    """
    x, z = np.asarray(repeats, dtype=np.int64), np.asarray(means, dtype=np.float64)
    n = np.ones(len(x), np.int64) if customers is None else np.asarray(customers, np.int64)
    if not len(x) or not (x > 0).all() or not (z > 0).all():
        raise ValueError("the Gamma-Gamma needs purchases with a mean value above 0")
    unit = float(np.average(z, weights=n))
    found = maximise(_likelihood_of(x, z / unit, n), int(n.sum()), STARTS)
    factors = np.array([1.0, 1.0, unit])
    estimate = Estimate(
        values=found.values * factors,
        errors=found.errors * factors,
        log_likelihood=found.log_likelihood - int(n.sum()) * float(np.log(unit)),
        is_settled=found.is_settled,
        is_at_edge=found.is_at_edge,
    )
    return GammaGamma(*(float(value) for value in estimate.values)), estimate


def expected_value(model: GammaGamma, repeats: npt.ArrayLike, means: npt.ArrayLike) -> Vector:
    """Expect a value of a customer's next purchase, equation 5 of the note.

    Parameters
    ----------
    model
        Parameters, q above 1.
    repeats, means
        Number and mean value of the repeat purchases; the mean of no purchases counts nothing.
    """
    x, z = np.asarray(repeats, dtype=np.float64), np.asarray(means, dtype=np.float64)
    return model.p * (model.gamma + np.where(x > 0, x * z, 0)) / (model.p * x + model.q - 1)


def _likelihood_of(
    repeats: Counts, means: Vector, customers: Counts
) -> Callable[[Vector], tuple[float, Vector]]:
    """Log-likelihood and gradient of (p, q, gamma)."""
    x, x_at = np.unique(repeats, return_inverse=True)
    n = customers.astype(np.float64)
    n_x = np.bincount(x_at, weights=n)
    size = n.sum()
    log_means = n @ np.log(means)
    weighted_logs = (n * repeats) @ (np.log(means) + np.log(repeats))
    totals = repeats * means

    def likelihood(parameters: Vector) -> tuple[float, Vector]:
        p, q, gamma = parameters
        log_sums = np.log(gamma + totals)
        shapes = p * repeats + q
        value = (
            n_x @ (gammaln(p * x + q) - gammaln(p * x) - gammaln(q))
            + size * q * np.log(gamma)
            + p * weighted_logs
            - log_means
            - (n * shapes) @ log_sums
        )
        gradient = np.array(
            [
                (n_x * x) @ (psi(p * x + q) - psi(p * x))
                + weighted_logs
                - (n * repeats) @ log_sums,
                n_x @ (psi(p * x + q) - psi(q)) + size * np.log(gamma) - n @ log_sums,
                size * q / gamma - (n * shapes) @ (1 / (gamma + totals)),
            ]
        )
        return float(value), gradient

    return likelihood
