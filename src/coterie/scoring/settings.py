"""What a training round of the scores may do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScoreSettings:
    """What a training round may do; every value is a var of the dbt project.

    Attributes
    ----------
    seed
        Seed of every draw.
    bins, pair_bins
        Bins of a feature at most, alone and in a pair.
    terms_max
        Terms of a model at most: its pairs and the strongest single features.
    pairs
        Pairs of features at most; 0: none.
    bags
        Models that are averaged.
    learning_rate
        Step of the boosting.
    folds
        Parts of the customers for calibration and for whatever is chosen before evaluation.
    resamples
        Bootstrap resamples of the comparison with rivals.
    positives_min
        Customers with and without the outcome that an additive model needs, each.
    slope_min, slope_max
        Calibration slopes of which the 95 % interval must not be wholly outside.
    level_error_max
        Error of the level (mean probability less share) above which the words warn.
    search_seconds
        Seconds after which the search begins no further configuration; 0: the default only.
    leak_auc_max
        AUC above which a feature alone is taken for the outcome itself.
    subgroup_error_max, subgroup_rows_min
        How far a subgroup may be off beyond the level, and how many rows it needs to be judged.
    """

    seed: int = 42
    bins: int = 32
    pair_bins: int = 16
    terms_max: int = 60
    pairs: int = 10
    bags: int = 4
    learning_rate: float = 0.04
    folds: int = 3
    resamples: int = 500
    positives_min: int = 300
    slope_min: float = 0.8
    slope_max: float = 1.2
    level_error_max: float = 0.05
    search_seconds: float = 0
    leak_auc_max: float = 0.95
    subgroup_error_max: float = 0.10
    subgroup_rows_min: int = 200

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing."""
        for name, least in {
            "bins": 2,
            "pair_bins": 2,
            "bags": 1,
            "folds": 2,
            "resamples": 20,
        }.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not 0 < self.slope_min <= 1 <= self.slope_max:
            raise ValueError("expected 0 < slope_min <= 1 <= slope_max")
