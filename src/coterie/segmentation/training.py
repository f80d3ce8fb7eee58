"""Segments from a bounded sample: an encoder, k-means prototypes and the choice of k.

Everything here is a pure function of its arguments. A matrix is always (customers, features) or
(customers, components), float64, its rows in the order of customer_id: k-means gives another
answer for shuffled rows even with a fixed seed. Parameters are rounded to 12 significant digits
before they are used, so that what is stored is exactly what was judged.

Sources: k-means++ (Arthur and Vassilvitskii 2007); cluster-wise stability by the Jaccard
coefficient over bootstrap resamples (Hennig 2007, Computational Statistics and Data Analysis 52).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score
from threadpoolctl import threadpool_limits

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]

SIGNIFICANT_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a training round may do; every value is a var of the dbt project.

    Attributes
    ----------
    seed
        Seed of k-means and of the resamples.
    variance_share
        Share of the variance that the PCA components keep, 0..1.
    k_screened_min, k_screened_max
        The k for which quality figures are recorded.
    k_min, k_max
        The k among which one may be chosen.
    initialisations
        k-means++ starts of every fit, also inside the bootstrap.
    resamples
        Bootstrap resamples per k.
    resample_rows
        Rows drawn for a resample, at most (fewer when the sample is smaller).
    jaccard_min
        Mean Jaccard that every segment must reach, 0..1.
    share_min
        Smallest share of the sample that a segment may hold, 0..1.
    silhouette_rows
        Rows used for the silhouette, at most (it needs all pairs of rows).
    rows_min
        Fewer customers than this are not clustered.
    """

    seed: int = 42
    variance_share: float = 0.95
    k_screened_min: int = 2
    k_screened_max: int = 8
    k_min: int = 4
    k_max: int = 8
    initialisations: int = 10
    resamples: int = 20
    resample_rows: int = 4000
    jaccard_min: float = 0.75
    share_min: float = 0.02
    silhouette_rows: int = 5000
    rows_min: int = 200

    def __post_init__(self) -> None:
        """Refuse settings that contradict themselves."""
        if not 1 < self.k_min <= self.k_max:
            raise ValueError(
                f"expected 2 <= k_min <= k_max, got k_min {self.k_min} and k_max {self.k_max}"
            )
        if not 0 < self.variance_share <= 1:
            raise ValueError(f"variance_share must lie in (0, 1], got {self.variance_share}")


@dataclass(frozen=True)
class Encoder:
    """One linear layer: encoded = values @ weights.T + bias.

    Attributes
    ----------
    weights
        (components, features).
    bias
        (components,).
    """

    weights: Matrix
    bias: Matrix

    def encode(self, values: Matrix) -> Matrix:
        """Map (customers, features) to (customers, components)."""
        return values @ self.weights.T + self.bias


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


def round_significant(values: Matrix, digits: int = SIGNIFICANT_DIGITS) -> Matrix:
    """Round every value to a number of significant decimal digits."""
    flat = [float(f"{value:.{digits - 1}e}") for value in np.ravel(values)]
    # Adding zero turns -0.0 into 0.0.
    return np.array(flat, dtype=np.float64).reshape(np.shape(values)) + 0.0


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS and OpenMP to one thread: the same sums everywhere, and faster at this size.

    Only thread pools that exist already can be held: scikit-learn must have been imported.
    """
    with threadpool_limits(limits=1):
        yield


def fit_encoder(values: Matrix, *, variance_share: float) -> Encoder:
    """Principal components that together keep a share of the variance.

    Parameters
    ----------
    values
        (customers, features), finite, not all rows equal.
    variance_share
        0..1.

    Raises
    ------
    ValueError
        If the values have no variance.
    """
    pca = PCA(svd_solver="full").fit(values)
    if not pca.explained_variance_.sum() > 0:
        raise ValueError("all customers have the same values: there is nothing to encode")
    kept = np.cumsum(pca.explained_variance_ratio_)
    # The tolerance keeps a share of 1.0 from asking for a component that does not exist.
    components = int(np.searchsorted(kept, variance_share - 1e-12) + 1)
    weights = round_significant(pca.components_[:components])
    return Encoder(weights=weights, bias=round_significant(-weights @ pca.mean_))


def fit_kmeans(
    points: Matrix, k: int, *, initialisations: int, seed: int
) -> tuple[Matrix, Labels, float]:
    """k-means with k-means++ starts.

    Returns
    -------
    tuple
        Centres (k, components), labels (customers,) and inertia.
    """
    with warnings.catch_warnings():
        # A resample may hold fewer distinct points than k: the Jaccard of an empty cluster says so.
        warnings.simplefilter("ignore")
        model = KMeans(
            n_clusters=k, init="k-means++", n_init=initialisations, random_state=seed
        ).fit(points)
    return model.cluster_centers_, model.labels_.astype(np.int64), float(model.inertia_)


def nearest(points: Matrix, prototypes: Matrix) -> Labels:
    """Index of the nearest prototype for each point; the first of equally near ones."""
    squared = ((points[:, None, :] - prototypes[None, :, :]) ** 2).sum(axis=2)
    return squared.argmin(axis=1).astype(np.int64)


def jaccard_by_cluster(reference: Labels, other: Labels, k: int) -> Matrix:
    """Best Jaccard coefficient of each reference cluster with any cluster of the other labelling.

    Parameters
    ----------
    reference
        Labels 0..k-1 of the same rows as `other`.
    other
        Labels 0..k-1.
    k
        Number of clusters.

    Returns
    -------
    ndarray of shape (k,)
        Values 0..1, NaN for a reference cluster without rows.
    """
    together = np.zeros((k, k))
    np.add.at(together, (reference, other), 1)
    either = together.sum(axis=1)[:, None] + together.sum(axis=0)[None, :] - together
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(either > 0, together / either, 0.0)
    best = shares.max(axis=1)
    best[together.sum(axis=1) == 0] = np.nan
    return best


def bootstrap_jaccard(
    points: Matrix, labels: Labels, k: int, *, settings: Settings
) -> tuple[Matrix, int]:
    """Mean Jaccard of each cluster over bootstrap resamples (Hennig 2007).

    Each resample draws rows with replacement, is clustered afresh, and is compared with the
    clusters of the whole sample on the rows it holds. It stops early once a cluster can no
    longer reach the limit: the decision is the same and the time is not spent.

    Parameters
    ----------
    points
        (customers, components).
    labels
        Clusters of the whole sample, 0..k-1.
    k
        Number of clusters.
    settings
        Uses seed, resamples, resample_rows, initialisations and jaccard_min.

    Returns
    -------
    tuple
        Mean Jaccard per cluster (k,), and the number of resamples it rests on.
    """
    generator = np.random.default_rng([settings.seed, k])
    rows = min(len(points), settings.resample_rows)
    sums, counts = np.zeros(k), np.zeros(k)
    done = 0
    for done in range(1, settings.resamples + 1):
        drawn = np.sort(generator.integers(0, len(points), size=rows))
        _, found, _ = fit_kmeans(
            points[drawn], k, initialisations=settings.initialisations, seed=settings.seed + done
        )
        _, first = np.unique(drawn, return_index=True)
        jaccard = jaccard_by_cluster(labels[drawn[first]], found[first], k)
        seen = ~np.isnan(jaccard)
        sums[seen] += jaccard[seen]
        counts[seen] += 1
        best_possible = (sums + (settings.resamples - done)) / np.maximum(
            counts + settings.resamples - done, 1
        )
        if best_possible.min() < settings.jaccard_min:
            break
    return np.where(counts > 0, sums / np.maximum(counts, 1), 0.0), done


def quality(
    points: Matrix, labels: Labels, *, settings: Settings
) -> tuple[float | None, float, float]:
    """Silhouette, Davies-Bouldin index and Calinski-Harabasz index of a labelling.

    The silhouette needs every pair of rows: it uses `silhouette_rows` of them at even distances.
    """
    count = min(len(points), settings.silhouette_rows)
    some = np.unique(np.linspace(0, len(points) - 1, count).astype(np.int64))
    silhouette: float | None = None
    if 1 < len(np.unique(labels[some])) < len(some):
        silhouette = float(silhouette_score(points[some], labels[some]))
    return (
        silhouette,
        float(davies_bouldin_score(points, labels)),
        float(calinski_harabasz_score(points, labels)),
    )


def order_segments(centres: Matrix, labels: Labels, order_values: Matrix) -> npt.NDArray[np.int64]:
    """Order of the clusters: falling mean of the order value, then the centre's coordinates.

    Parameters
    ----------
    centres
        (k, components).
    labels
        (customers,), every cluster has customers.
    order_values
        (customers,), missing values count as 0.

    Returns
    -------
    ndarray of shape (k,)
        The cluster that becomes segment 1, 2, ...
    """
    values = np.nan_to_num(order_values, nan=0.0)
    means = round_significant(
        np.array([values[labels == cluster].mean() for cluster in range(len(centres))])
    )
    keys = [(-means[cluster], tuple(centres[cluster]), cluster) for cluster in range(len(centres))]
    return np.array([cluster for _, _, cluster in sorted(keys)], dtype=np.int64)


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
    first, last = (
        min(settings.k_screened_min, settings.k_min),
        max(settings.k_screened_max, settings.k_max),
    )
    for k in range(first, last + 1):
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


def segment_id_at(position: int) -> str:
    """Name the segment at a position, counted from 1: s01, s02, ..."""
    return f"s{position:02d}"


def fits_rows(fit: Fit, model_version: str) -> Iterator[dict[str, object]]:
    """Lay a fit out as rows of the table segment_fits (see coterie.schemas.SEGMENT_FITS)."""
    common = {"model_version": model_version, "algorithm": fit.algorithm}
    segments = None if fit.prototypes is None else len(fit.prototypes)
    yield {**common, "part": "outcome", "k": segments, "reason": fit.reason}
    for trial in fit.trials:
        yield {
            **vars(trial),
            "part": "trial",
            "model_version": model_version,
            "algorithm": "kmeans",
        }
    if fit.encoder is None or fit.prototypes is None:
        return
    for unit, (weights, bias) in enumerate(
        zip(fit.encoder.weights, fit.encoder.bias, strict=True), start=1
    ):
        yield {
            **common,
            "part": "encoder",
            "layer": 1,
            "unit": unit,
            "vector": weights.tolist(),
            "bias": float(bias),
            "activation": "linear",
        }
    for position, prototype in enumerate(fit.prototypes, start=1):
        yield {
            **common,
            "part": "prototype",
            "segment_id": segment_id_at(position),
            "prototype": 1,
            "vector": prototype.tolist(),
        }
