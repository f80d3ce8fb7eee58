"""What a training round may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a training round may do; every value is a var of the dbt project.

    Attributes
    ----------
    seed
        Seed of every random draw.
    algorithms
        Algorithms among which one is chosen (keys of coterie.segmentation.ALGORITHMS).
    encoders
        Encoders each algorithm is fitted behind (see fit_encoder): none, pca, pca:0.8, pca:kaiser,
        autoencoder.
    variance_share
        Share of the variance that the components of plain pca keep, 0..1.
    k_screened_min, k_screened_max
        The k for which quality figures are recorded.
    k_min, k_max
        The k among which one may be chosen.
    initialisations
        k-means++ starts of every fit, also inside the resamples.
    resamples
        Bootstrap resamples of a candidate that is examined.
    resample_rows
        Rows drawn for a resample, at most (fewer when the sample is smaller).
    probe_resamples
        Resamples by which all candidates are ranked.
    probe_margin
        How far below jaccard_min the probe may lie for a candidate that is likely to pass.
    examined_full
        Candidates that get every figure.
    examined_max
        Candidates that are examined, at most.
    jaccard_min
        Mean Jaccard that every segment must reach, 0..1.
    ari_min
        Mean adjusted Rand index over the resamples that must be reached, 0..1.
    share_min
        Smallest share of the sample that a segment may hold, 0..1.
    unassigned_max
        Largest share of the sample that may stay without a segment, 0..1.
    fidelity_min
        Share of the customers whose segment the surrogate tree must name, 0..1.
    leaves_per_segment
        Leaves the surrogate tree may have for each segment.
    agreement_min
        Share of held-out customers that the prototypes must give the segment that the library
        gives them, 0..1.
    better_by
        How much higher the lowest Jaccard of another candidate of the same k must be to be taken
        instead of the plainest one, 0..1.
    cold_gain
        By which share a fit from new starts must lower the inertia, or raise the likelihood of a
        customer (of a mixture), to be taken instead of the one that goes on from the segments in
        force, 0..1.
    more_by
        How far above their limits the lowest Jaccard and the mean adjusted Rand index of more
        segments than those in force must lie, 0..1.
    fewer_by
        How far below their limits the lowest Jaccard and the mean adjusted Rand index of the k in
        force, found by the algorithm in force, may lie for it to be kept, 0..1.
    kept_jaccard, part_share, parts_together, part_drawn
        See coterie.segmentation.identity.Limits.
    prototypes_max
        Prototypes a segment may have.
    silhouette_rows
        Rows used for the silhouette, at most (it needs all pairs of rows).
    silhouette_gap_min
        How far above a cloud without groups the silhouette of separate groups lies, 0..1.
    null_draws
        Clouds without groups that the silhouette is compared with.
    gap_draws
        Samples without groups behind the gap statistic.
    noise_alpha
        Level of the test whether the sample is alike in all directions, where only separate groups
        pass, 0..1; 1 leaves the test out.
    rows_min
        Fewer customers than this are not clustered.
    macro_count
        Macro-segments above the segments, at most.
    micro_count
        Micro-segments below each segment, at most; 0 for none.
    micro_rows_min
        Customers of the sample that each of them has at least.
    """

    seed: int = 42
    algorithms: tuple[str, ...] = ("kmeans",)
    encoders: tuple[str, ...] = ("pca",)
    variance_share: float = 0.95
    k_screened_min: int = 2
    k_screened_max: int = 12
    k_min: int = 4
    k_max: int = 8
    initialisations: int = 10
    resamples: int = 50
    resample_rows: int = 4000
    probe_resamples: int = 5
    probe_margin: float = 0.15
    examined_full: int = 3
    examined_max: int = 15
    jaccard_min: float = 0.75
    ari_min: float = 0.80
    share_min: float = 0.02
    unassigned_max: float = 0.10
    fidelity_min: float = 0.80
    leaves_per_segment: int = 3
    agreement_min: float = 0.97
    better_by: float = 0.05
    cold_gain: float = 0.01
    more_by: float = 0.05
    fewer_by: float = 0.07
    kept_jaccard: float = 0.5
    part_share: float = 0.25
    parts_together: float = 0.80
    part_drawn: float = 0.5
    prototypes_max: int = 32
    silhouette_rows: int = 5000
    silhouette_gap_min: float = 0.10
    null_draws: int = 19
    gap_draws: int = 10
    noise_alpha: float = 0.01
    rows_min: int = 200
    macro_count: int = 3
    micro_count: int = 0
    micro_rows_min: int = 100

    def __post_init__(self) -> None:
        """Refuse settings that contradict themselves; lists become tuples."""
        for name in ("algorithms", "encoders"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not 1 < self.k_min <= self.k_max:
            raise ValueError(
                f"expected 2 <= k_min <= k_max, got k_min {self.k_min} and k_max {self.k_max}"
            )
        if not 0 < self.variance_share <= 1:
            raise ValueError(f"variance_share must lie in (0, 1], got {self.variance_share}")
        if not self.algorithms or not self.encoders:
            raise ValueError("expected at least one algorithm and one encoder")
        for name in ("prototypes_max", "examined_full", "probe_resamples", "gap_draws"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
