"""A training round of the lifetime model: two fits, a look at what they predict, and a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from coterie.lifetime.bg_nbd import (
    BgNbd,
    expected_purchases,
    fit_bg_nbd,
    probability_alive,
)
from coterie.lifetime.gamma_gamma import GammaGamma, fit_gamma_gamma
from coterie.lifetime.histories import Counts, Histories, Vector, group_histories
from coterie.lifetime.optimise import Estimate
from coterie.lifetime.quadrature import dropout_nodes
from coterie.segmentation.numerics import round_significant

#: Repeats beyond twice the most seen for which nodes are stored: some room until the next training.
SPARE_REPEATS = 100
#: Standard errors by which the rule must be nearer to what customers did than the model: chance
#: once in 40 times.
WORSE_BY = 1.96


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Limits of a training round; every value is a var of the dbt project.

    Attributes
    ----------
    repeat_customers_min
        Customers with a repeat purchase that a fit needs.
    history_days_min
        Days that the customer known longest must have been observed.
    value_ratio_min
        Least q of the Gamma-Gamma: at 1 and below the mean value of a purchase is infinite.
    holdout_error_max
        Share by which the purchases predicted for the holdout may miss those made, before the
        decision calls it a miss.
    """

    repeat_customers_min: int
    history_days_min: int
    value_ratio_min: float
    holdout_error_max: float


@dataclass(frozen=True)
class Sample:
    """Purchase histories of a sample on a day; equal ones are one row.

    Attributes
    ----------
    repeats, last, observed, customers
        See Histories; time in days. Shape (rows,).
    revenue
        Revenue of each row's repeat purchases, of one customer.
    later
        Purchases after that day until the end of the data, of one customer.
    later_days
        Days from that day to the end of the data.
    """

    repeats: Counts
    last: Vector
    observed: Vector
    customers: Counts
    revenue: Vector
    later: Vector
    later_days: int

    @classmethod
    def from_arrow(cls, rows: pa.Table, *, later_days: int = 0) -> Sample:
        """Read rows of the model lifetime_sample or lifetime_earlier_sample, in any order."""
        keys = ("repeat_purchases", "days_to_last", "days_observed", "repeat_revenue")
        ordered = rows.sort_by([(key, "ascending") for key in (*keys, "later_purchases")])

        def column(name: str, kind: type) -> npt.NDArray[np.generic]:
            return np.asarray(ordered[name].to_numpy(), dtype=kind)

        return cls(
            repeats=column("repeat_purchases", np.int64),
            last=column("days_to_last", np.float64),
            observed=column("days_observed", np.float64),
            customers=column("customers", np.int64),
            revenue=column("repeat_revenue", np.float64),
            later=column("later_purchases", np.float64),
            later_days=later_days,
        )

    @property
    def histories(self) -> Histories:
        """What the BG/NBD is fitted to."""
        return group_histories(self.repeats, self.last, self.observed, self.customers)

    @property
    def repeat_customers(self) -> int:
        """Customers with a repeat purchase."""
        return int(self.customers[self.repeats > 0].sum())


@dataclass(frozen=True)
class Fit:
    """Parameters of both models on one day.

    Attributes
    ----------
    purchases, purchases_estimate
        The BG/NBD and what is known of its parameters.
    value, value_estimate
        The same of the Gamma-Gamma; None where it cannot be used.
    value_note
        Why it cannot be used.
    """

    purchases: BgNbd
    purchases_estimate: Estimate
    value: GammaGamma | None
    value_estimate: Estimate | None
    value_note: str


@dataclass(frozen=True)
class Check:
    """What the model of an earlier day predicted for the days since, and what happened.

    Attributes
    ----------
    days
        Days since.
    purchases, predicted
        Made and predicted, of the sample.
    model_error, rule_error
        Root of the mean squared error per customer, of the model and of the rule that everybody
        goes on at the own pace.
    is_worse
        Whether the rule is nearer, by more than chance.
    """

    days: int
    purchases: float
    predicted: float
    model_error: float
    rule_error: float
    is_worse: bool

    @property
    def level_error(self) -> float:
        """Share by which the prediction misses the purchases made."""
        return self.predicted / self.purchases - 1 if self.purchases else float("nan")


@dataclass(frozen=True)
class Round:
    """What a training round has found.

    Attributes
    ----------
    is_accepted, reason
        The decision in words.
    fits
        By purpose: scoring (today) and, where the history is long enough, holdout (the earlier
        day).
    repeats_most
        Most repeats of a customer.
    check
        Of the holdout; None without one.
    """

    is_accepted: bool
    reason: str
    fits: Mapping[str, Fit]
    repeats_most: int
    check: Check | None


def fit_lifetime(today: Sample, earlier: Sample | None, *, settings: Settings) -> Round:
    """Fit both models today, and on an earlier day to see what they are worth.

    Parameters
    ----------
    today
        Sample at the end of the data.
    earlier
        Sample on an earlier day, with what came later; None without one.
    settings
        Limits.
    """
    lack = _lack(today, settings)
    if lack:
        return Round(False, lack, {}, 0, None)
    fits = {"scoring": fit_sample(today, settings)}
    check = None
    words = "No earlier day has enough history to look at what the model predicts."
    if earlier is not None and not _lack(earlier, settings):
        fits["holdout"] = fit_sample(earlier, settings)
        check = check_holdout(fits["holdout"].purchases, earlier)
        words = _check_words(check, settings)
    estimate = fits["scoring"].purchases_estimate
    if not estimate.is_settled:
        return Round(False, "The fit did not settle.", {}, 0, check)
    if estimate.is_at_edge:
        words += (
            " A parameter stands at the end of its range: that part of the model is as good as "
            "without spread between customers."
        )
    reason = f"{words} {fits['scoring'].value_note}".strip()
    most = int(today.repeats.max())
    return Round(not (check and check.is_worse), reason, fits, most, check)


def fit_sample(sample: Sample, settings: Settings) -> Fit:
    """Fit the BG/NBD and the Gamma-Gamma; parameters rounded to 12 significant digits."""
    purchases, estimate = fit_bg_nbd(sample.histories)
    bg_nbd = BgNbd(*round_significant(_values(purchases)))
    # A value of nothing has no place in a gamma distribution.
    is_paid = (sample.repeats > 0) & (sample.revenue > 0)
    payers = int(sample.customers[is_paid].sum())
    if payers < settings.repeat_customers_min:
        note = (
            f"No value of purchases: {payers} customers have paid for repeat purchases, "
            f"{settings.repeat_customers_min} are needed."
        )
        return Fit(bg_nbd, estimate, None, None, note)
    repeats = sample.repeats[is_paid]
    value, value_estimate = fit_gamma_gamma(
        repeats, sample.revenue[is_paid] / repeats, sample.customers[is_paid]
    )
    if not value_estimate.is_settled or value.q < settings.value_ratio_min:
        note = (
            f"No value of purchases: the Gamma-Gamma has q = {value.q:.3g} (at least "
            f"{settings.value_ratio_min:g} is needed) or did not settle: the mean value of a "
            "purchase rests on a few very large ones."
        )
        return Fit(bg_nbd, estimate, None, None, note)
    gamma_gamma = GammaGamma(*round_significant(_values(value)))
    return Fit(bg_nbd, estimate, gamma_gamma, value_estimate, "")


def check_holdout(model: BgNbd, sample: Sample) -> Check:
    """Compare what a model predicts with what came later, and with everybody's own pace.

    The pace is that of the repeats so far: repeats / time observed, 0 of a customer without any.
    """
    alive = probability_alive(model, sample.repeats, sample.last, sample.observed)
    predicted = alive * expected_purchases(
        model, sample.repeats, sample.observed, sample.later_days
    )
    pace = sample.repeats / np.maximum(sample.observed, 1) * sample.later_days
    weights = sample.customers
    squares = (predicted - sample.later) ** 2
    rule_squares = (pace - sample.later) ** 2
    size = weights.sum()
    gain = rule_squares - squares
    mean_gain = weights @ gain / size
    error = np.sqrt(weights @ (gain - mean_gain) ** 2) / size
    return Check(
        days=sample.later_days,
        purchases=float(weights @ sample.later),
        predicted=float(weights @ predicted),
        model_error=float(np.sqrt(weights @ squares / size)),
        rule_error=float(np.sqrt(weights @ rule_squares / size)),
        is_worse=bool(mean_gain < -WORSE_BY * error),
    )


def fits_rows(found: Round, model_version: str) -> Iterator[dict[str, object]]:
    """Lay a round out as rows of the table lifetime_fits (see coterie.schemas.LIFETIME_FITS)."""
    check = found.check
    yield {
        "part": "outcome",
        "model_version": model_version,
        "is_accepted": found.is_accepted,
        "reason": found.reason,
        **(
            {}
            if check is None
            else {
                "holdout_days": check.days,
                "holdout_purchases": check.purchases,
                "holdout_predicted": check.predicted,
                "model_error": check.model_error,
                "rule_error": check.rule_error,
            }
        ),
    }
    for purpose, fit in found.fits.items():
        common = {"model_version": model_version, "purpose": purpose}
        yield {**common, "part": "parameters", **_parameters(fit)}
        nodes = dropout_nodes(
            fit.purchases.a, fit.purchases.b, 2 * found.repeats_most + SPARE_REPEATS + 1
        )
        for repeats, (probabilities, weights) in enumerate(
            zip(
                round_significant(nodes.probabilities),
                round_significant(nodes.weights),
                strict=True,
            )
        ):
            yield {
                **common,
                "part": "nodes",
                "repeat_purchases": repeats,
                "probabilities": probabilities.tolist(),
                "weights": weights.tolist(),
            }


def _parameters(fit: Fit) -> dict[str, object]:
    """Values and standard errors of both models, null where there are none."""
    row: dict[str, object] = {"log_likelihood": _rounded(fit.purchases_estimate.log_likelihood)}
    if fit.value_estimate is not None:
        row["value_log_likelihood"] = _rounded(fit.value_estimate.log_likelihood)
    for model, estimate in (
        (fit.purchases, fit.purchases_estimate),
        (fit.value, fit.value_estimate),
    ):
        if model is None or estimate is None:
            continue
        for (name, value), error in zip(vars(model).items(), estimate.errors, strict=True):
            row[name] = value
            row[f"{name}_error"] = _rounded(error) if np.isfinite(error) else None
    return row


def _rounded(value: float) -> float:
    """Round to 12 significant digits."""
    return float(round_significant(np.array(value)))


def _values(model: BgNbd | GammaGamma) -> Vector:
    """Parameters of a model in their order."""
    return np.array(list(vars(model).values()), dtype=np.float64)


def _lack(sample: Sample, settings: Settings) -> str:
    """Say what a sample lacks for a fit; nothing where it suffices."""
    if sample.repeat_customers < settings.repeat_customers_min:
        return (
            f"{sample.repeat_customers} customers of the sample have bought more than once, "
            f"{settings.repeat_customers_min} are needed."
        )
    longest, needed = int(sample.observed.max()), settings.history_days_min
    if longest < needed:
        return f"The first purchase is {longest} days ago, {needed} days are needed."
    return ""


def _check_words(check: Check, settings: Settings) -> str:
    """Put what the holdout says into words."""
    if not check.purchases:
        return f"Nobody has bought in the last {check.days} days, to compare predictions with."
    percent = round(100 * check.level_error)
    words = (
        f"For the last {check.days} days the model predicted {abs(percent)} % "
        f"{'more' if percent > 0 else 'fewer'} purchases than were made"
        if percent
        else f"For the last {check.days} days the model predicted as many purchases as were made"
    )
    words += (
        f", with an error per customer of {check.model_error:.3g} "
        f"(own pace: {check.rule_error:.3g})."
    )
    if abs(check.level_error) > settings.holdout_error_max:
        words += " That is a miss: do not rely on the level of expected revenue."
    if check.is_worse:
        words += " The own pace is the better rule."
    return words
