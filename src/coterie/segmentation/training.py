"""A training round: an encoder, k-means for each k, and the choice of k.

Everything here is a pure function of its arguments. A matrix is always (customers, features) or
(customers, components), float64, its rows in the order of customer_id: k-means gives another
answer for shuffled rows even with a fixed seed. Parameters are rounded to 12 significant digits
before they are used, so that what is stored is exactly what was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from coterie.segmentation.algorithms import ALGORITHMS, fit_kmeans
from coterie.segmentation.encoders import Encoder, fit_encoder
from coterie.segmentation.numerics import Labels, Matrix, one_thread, round_significant
from coterie.segmentation.prototypes import nearest, order_segments
from coterie.segmentation.quality import quality
from coterie.segmentation.settings import Settings
from coterie.segmentation.stability import bootstrap_jaccard


@dataclass
class Trial:
    """Quality figures of one k on one sample; None where a figure was not computed."""

    k: int
    inertia: float | None = None
    silhouette: float | None = None
    davies_bouldin: float | None = None
    calinski_harabasz: float | None = None
    jaccard_mean: float | None = None
    jaccard_min: float | None = None
    resamples: int = 0
    smallest_share: float | None = None
    is_chosen: bool = False
    reason: str = ""


@dataclass
class Fit:
    """The outcome of a training round.

    Attributes
    ----------
    algorithm
        "kmeans", or "rules" when no k is good enough.
    reason
        The decision in words.
    trials
        One entry for every k that was looked at.
    encoder
        None for rules.
    prototypes
        (segments, components), in the order of the segments; None for rules.
    """

    algorithm: str
    reason: str
    trials: list[Trial] = field(default_factory=list)
    encoder: Encoder | None = None
    prototypes: Matrix | None = None


@dataclass(frozen=True)
class Candidate:
    """One way to segment: what a round tries.

    Attributes
    ----------
    algorithm
        A key of ALGORITHMS.
    encoder
        A name that fit_encoder knows.
    k
        Number of segments; None where the algorithm finds it itself.
    """

    algorithm: str
    encoder: str
    k: int | None


def candidates(settings: Settings, *, accepted_k: int | None = None) -> Iterator[Candidate]:
    """List what a round tries: each algorithm behind each encoder with each k.

    Parameters
    ----------
    settings
        Uses algorithms, encoders and the k screened and allowed.
    accepted_k
        Number of segments of the accepted model, whose prototypes online k-means goes on from;
        None where there is no such model: then online k-means is left out.

    Raises
    ------
    ValueError
        If an algorithm is unknown.
    """
    for name in settings.algorithms:
        if name not in ALGORITHMS:
            raise ValueError(f"unknown algorithm {name}: use {', '.join(ALGORITHMS)}")
        algorithm = ALGORITHMS[name]
        ks: Iterable[int | None] = screened_k(settings)
        if algorithm.finds_k:
            ks = (None,)
        elif algorithm.needs_start:
            ks = () if accepted_k is None else (accepted_k,)
        for encoder in settings.encoders:
            for k in ks:
                yield Candidate(algorithm=name, encoder=encoder, k=k)


def screened_k(settings: Settings) -> range:
    """Every k that is looked at: those shown for comparison and those that may be chosen."""
    return range(
        min(settings.k_screened_min, settings.k_min),
        max(settings.k_screened_max, settings.k_max) + 1,
    )


def fit_segments(values: Matrix, order_values: Matrix, *, settings: Settings) -> Fit:
    """Find segments: PCA, k-means for each k, and the largest k that is stable.

    The rule: the largest k in k_min..k_max whose segments all reach the Jaccard limit on
    average and none of which is smaller than the smallest share. The silhouette alone would
    choose two or three segments and merge kinds of customers that differ. If no k passes, or
    the sample allows no clustering, the outcome is "rules": segments by recency, frequency and
    revenue.

    Parameters
    ----------
    values
        (customers, features), prepared (scaled, imputed), ordered by customer_id.
    order_values
        (customers,), the feature that orders the segments, in its own unit.
    settings
        See Settings.

    Returns
    -------
    Fit
        Never raises on poor data: the reason says what was wrong with it.
    """
    problem = _problem(values, settings)
    if problem:
        return Fit(algorithm="rules", reason=f"Segments by rules: {problem}.")
    with one_thread():
        return _fit(values, order_values, settings)


def _problem(values: Matrix, settings: Settings) -> str | None:
    """Why the sample cannot be clustered, in words, or None."""
    if len(values) < settings.rows_min:
        return f"the sample holds {len(values)} customers, clustering needs {settings.rows_min}"
    if not np.isfinite(values).all():
        return "some prepared values are not finite numbers"
    if values.shape[1] == 0 or not (values != values[0]).any():
        return "every feature is constant"
    return None


def _fit(values: Matrix, order_values: Matrix, settings: Settings) -> Fit:
    encoder = fit_encoder(values, variance_share=settings.variance_share)
    points = encoder.encode(values)
    distinct = len(np.unique(round_significant(points, 9), axis=0))
    trials: dict[int, Trial] = {}
    fitted: dict[int, tuple[Matrix, Labels]] = {}
    for k in screened_k(settings):
        if distinct <= k:
            trials[k] = Trial(k=k, reason=f"Only {distinct} customers differ from each other.")
            continue
        centres, _, _ = fit_kmeans(
            points, k, initialisations=settings.initialisations, seed=settings.seed
        )
        centres = round_significant(centres)
        labels = nearest(points, centres)
        fitted[k] = centres, labels
        trials[k] = Trial(
            k=k,
            inertia=float(((points - centres[labels]) ** 2).sum()),
            smallest_share=float(np.bincount(labels, minlength=k).min() / len(points)),
        )
        trials[k].silhouette, trials[k].davies_bouldin, trials[k].calinski_harabasz = quality(
            points, labels, settings=settings
        )
    chosen = _choose(trials, fitted, points, settings)
    ordered = [trials[k] for k in sorted(trials)]
    if chosen is None:
        reason = (
            f"Segments by rules: no number of segments from {settings.k_min} to {settings.k_max} "
            f"is stable (Jaccard of at least {settings.jaccard_min:g} for every segment) "
            f"with at least {settings.share_min:.0%} of the customers in each."
        )
        return Fit(algorithm="rules", reason=reason, trials=ordered)
    centres, labels = fitted[chosen]
    return Fit(
        algorithm="kmeans",
        reason=f"{chosen} segments by k-means. {trials[chosen].reason}",
        trials=ordered,
        encoder=encoder,
        prototypes=centres[order_segments(centres, labels, order_values)],
    )


def _choose(
    trials: dict[int, Trial],
    fitted: dict[int, tuple[Matrix, Labels]],
    points: Matrix,
    settings: Settings,
) -> int | None:
    """Find the largest k that passes; write figures and reasons into the trials."""
    chosen: int | None = None
    for k in sorted(trials, reverse=True):
        trial = trials[k]
        if k not in fitted:
            continue
        if not settings.k_min <= k <= settings.k_max:
            trial.reason = (
                f"Shown for comparison; k is chosen from {settings.k_min} to {settings.k_max}."
            )
            continue
        if chosen is not None:
            trial.reason = (
                f"Not examined: {chosen} segments are stable and the largest such number is taken."
            )
            continue
        if trial.smallest_share is not None and trial.smallest_share < settings.share_min:
            trial.reason = (
                f"Rejected: the smallest segment holds {trial.smallest_share:.1%}, "
                f"the limit is {settings.share_min:.0%}."
            )
            continue
        jaccard, trial.resamples = bootstrap_jaccard(points, fitted[k][1], k, settings=settings)
        trial.jaccard_mean, trial.jaccard_min = float(jaccard.mean()), float(jaccard.min())
        figures = f"lowest Jaccard {trial.jaccard_min:.2f} over {trial.resamples} resamples"
        if trial.jaccard_min < settings.jaccard_min:
            trial.reason = f"Rejected: {figures}, the limit is {settings.jaccard_min:g}."
            continue
        chosen = k
        trial.is_chosen = True
        trial.reason = f"Chosen: the largest k whose segments are all stable ({figures})."
    return chosen
