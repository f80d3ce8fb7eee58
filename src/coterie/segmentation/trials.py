"""What a training round tries, what it finds out about it, and what it says about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from coterie.segmentation.algorithms import ALGORITHMS
from coterie.segmentation.encoders import Encoder
from coterie.segmentation.identity import Lineage
from coterie.segmentation.levels import Node
from coterie.segmentation.micro import MicroSegment
from coterie.segmentation.prototypes import Prototype
from coterie.segmentation.settings import Settings
from coterie.segmentation.surrogate import Bound

SEPARATE = "separate groups"
CUTS = "cuts of a continuum"
# Clauses whose figures differ by the luck of the resamples.
RESAMPLED = ("lowest Jaccard", "mean adjusted Rand index")

WORDS = {
    "kmeans": "k-means",
    "bisecting": "bisecting k-means",
    "ward": "Ward's method",
    "average": "average linkage",
    "complete": "complete linkage",
    "centroid": "centroid linkage",
    "dbscan": "DBSCAN",
    "hdbscan": "HDBSCAN",
    "gaussian_mixture": "a Gaussian mixture",
    "online_kmeans": "online k-means",
}
ENCODER_WORDS = {
    "none": "on the prepared features",
    "pca": "on principal components",
    "autoencoder": "on the codes of an autoencoder",
}


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

    @property
    def words(self) -> str:
        """The algorithm and the encoder in words."""
        kind, _, rule = self.encoder.partition(":")
        rule = f" ({rule})" if rule else ""
        return f"{WORDS[self.algorithm]} {ENCODER_WORDS[kind]}{rule}"


@dataclass
class Trial:
    """Figures of one candidate on one sample; None where a figure was not computed.

    The columns of segment_trials, where each is described.
    """

    algorithm: str
    encoder: str
    k: int
    rows_fitted: int | None = None
    inertia: float | None = None
    silhouette: float | None = None
    silhouette_null: float | None = None
    silhouette_gap: float | None = None
    davies_bouldin: float | None = None
    calinski_harabasz: float | None = None
    dunn: float | None = None
    gap: float | None = None
    gap_error: float | None = None
    jaccard_mean: float | None = None
    jaccard_min: float | None = None
    jaccard_2000_mean: float | None = None
    jaccard_2000_min: float | None = None
    resamples: int = 0
    ari_resamples: float | None = None
    ari_seeds: float | None = None
    ari_without_feature: float | None = None
    most_sensitive_feature: str | None = None
    ari_without_each: str | None = None
    smallest_share: float | None = None
    unassigned_share: float | None = None
    surrogate_fidelity: float | None = None
    agreement: float | None = None
    is_elbow: bool = False
    is_examined: bool = False
    is_eligible: bool = False
    is_chosen: bool = False
    reason: str = ""


@dataclass
class Fit:
    """The outcome of a training round.

    Attributes
    ----------
    algorithm
        A key of ALGORITHMS, or "rules" when no candidate is good enough.
    reason
        The decision in words.
    trials
        One entry for every candidate that was looked at.
    encoder
        None for rules.
    prototypes
        In the order of segment and number; empty for rules.
    verdict
        "separate groups" or "cuts of a continuum"; None where nothing could be judged.
    segment_ids
        Id of each segment by its position, sorted; empty for rules.
    lineage
        What became of the segments before, and where these come from.
    tree
        The segments and their unions; empty for rules.
    rules
        What the leaves of the surrogate tree ask; empty for rules.
    micro
        Micro-segments; empty for rules, and where segments are not divided.
    """

    algorithm: str
    reason: str
    trials: list[Trial] = field(default_factory=list)
    encoder: Encoder | None = None
    prototypes: tuple[Prototype, ...] = ()
    verdict: str | None = None
    segment_ids: tuple[str, ...] = ()
    lineage: list[Lineage] = field(default_factory=list)
    tree: tuple[Node, ...] = ()
    rules: tuple[Bound, ...] = ()
    micro: tuple[MicroSegment, ...] = ()

    @property
    def segment_count(self) -> int | None:
        """Number of segments; None for rules."""
        return len({prototype.segment for prototype in self.prototypes}) or None


def screened_k(settings: Settings) -> range:
    """Every k that is looked at: those shown for comparison and those that may be chosen."""
    return range(
        min(settings.k_screened_min, settings.k_min),
        max(settings.k_screened_max, settings.k_max) + 1,
    )


def candidates(settings: Settings, *, accepted_k: int | None = None) -> Iterator[Candidate]:
    """List what a round tries: each algorithm behind each encoder with each k.

    Parameters
    ----------
    settings
        Uses algorithms, encoders and the k screened and allowed.
    accepted_k
        Number of segments of the model in force, whose means online k-means goes on from; None
        where there is no such model: then online k-means is left out.

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


def below(figure: float, limit: float) -> str:
    """Write a figure that is below a limit so that it reads so: 0.748 and not 0.75."""
    for digits in (2, 3, 4):
        words = f"{figure:.{digits}f}"
        if float(words) < limit:
            return words
    return f"just below {limit:g}"


def shortcomings(trial: Trial, settings: Settings, *, slack: float = 0.0) -> list[str]:
    """List what keeps a trial from being chosen, as far as its figures are known.

    Parameters
    ----------
    trial
        Its figures; a clause whose figure is not known is not judged.
    settings
        The limits.
    slack
        How far below their limits the Jaccard and the Rand index may lie: those of the k in force.
    """
    found = []
    if trial.smallest_share is not None and trial.smallest_share < settings.share_min:
        found.append(
            f"the smallest segment holds {trial.smallest_share:.1%}, "
            f"the limit is {settings.share_min:.0%}"
        )
    if trial.unassigned_share is not None and trial.unassigned_share > settings.unassigned_max:
        found.append(
            f"{trial.unassigned_share:.0%} of the customers belong to no segment, "
            f"the limit is {settings.unassigned_max:.0%}"
        )
    limits = {
        "lowest Jaccard": (trial.jaccard_min, settings.jaccard_min - slack),
        "mean adjusted Rand index": (trial.ari_resamples, settings.ari_min - slack),
        "fidelity of the surrogate tree": (trial.surrogate_fidelity, settings.fidelity_min),
        "agreement of SQL with the library": (trial.agreement, settings.agreement_min),
    }
    for name, (figure, limit) in limits.items():
        if figure is not None and figure < limit:
            over = f" over {trial.resamples} resamples" if name == "lowest Jaccard" else ""
            eased = " for the k in force" if slack and name in RESAMPLED else ""
            found.append(f"{name} {below(figure, limit)}{over}, the limit is {limit:g}{eased}")
    return found
