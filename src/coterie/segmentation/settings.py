"""What a training round may do."""

from __future__ import annotations

from dataclasses import dataclass


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
    algorithms
        Algorithms among which one is chosen (keys of coterie.segmentation.ALGORITHMS).
    encoders
        Encoders each algorithm is fitted behind (see fit_encoder): none, pca, pca:0.8, pca:kaiser,
        autoencoder.
    agreement_min
        Share of held-out customers that the prototypes must give the segment that the library
        gives them, 0..1.
    prototypes_max
        Prototypes a segment may have.
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
    algorithms: tuple[str, ...] = ("kmeans",)
    encoders: tuple[str, ...] = ("pca",)
    agreement_min: float = 0.97
    prototypes_max: int = 32

    def __post_init__(self) -> None:
        """Refuse settings that contradict themselves."""
        if not 1 < self.k_min <= self.k_max:
            raise ValueError(
                f"expected 2 <= k_min <= k_max, got k_min {self.k_min} and k_max {self.k_max}"
            )
        if not 0 < self.variance_share <= 1:
            raise ValueError(f"variance_share must lie in (0, 1], got {self.variance_share}")
        if not self.algorithms or not self.encoders:
            raise ValueError("expected at least one algorithm and one encoder")
        if self.prototypes_max < 1:
            raise ValueError(f"prototypes_max must be at least 1, got {self.prototypes_max}")
