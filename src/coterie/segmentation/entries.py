"""A candidate of a training round with the points it was fitted on and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from coterie.segmentation.algorithms import ALGORITHMS, Clustering, fit_clustering
from coterie.segmentation.encoders import Encoder
from coterie.segmentation.numerics import Labels, Matrix, even_rows
from coterie.segmentation.prototypes import Representation
from coterie.segmentation.settings import Settings
from coterie.segmentation.stability import Resampled
from coterie.segmentation.trials import Candidate, Trial

# Rows of a resample whose Jaccard compares samples of any size: it rises with the rows.
FIXED_ROWS = 2000


@dataclass(eq=False)
class Space:
    """What an encoder makes of the sample.

    Attributes
    ----------
    encoder
        As it is stored.
    points
        (customers, components).
    is_refitted
        Whether a fit without one of the features gets an encoder of its own.
    """

    encoder: Encoder
    points: Matrix
    is_refitted: bool


@dataclass(eq=False)
class Entry:
    """A candidate with all a round knows about it.

    Attributes
    ----------
    candidate, trial
        What was tried, and its figures.
    space
        Points it was fitted on.
    rows
        Rows of the sample it was fitted on.
    clustering
        What it found on these rows, labelled as the stored parameters label them.
    start
        Centres that online k-means goes on from.
    is_warm
        Whether it goes on from the segments in force.
    probe
        Resamples of FIXED_ROWS; None where it was not probed.
    examined
        Resamples of var resample_rows; None where it was not examined.
    representation
        Prototypes, once it is examined.
    null
        Silhouettes of clouds without groups.
    """

    candidate: Candidate
    trial: Trial
    space: Space
    rows: Labels
    clustering: Clustering
    start: Matrix | None = None
    is_warm: bool = False
    probe: Resampled | None = None
    examined: Resampled | None = None
    representation: Representation | None = None
    null: tuple[float, ...] = ()

    @property
    def points(self) -> Matrix:
        """The points it was fitted on."""
        return self.space.points[self.rows]

    @property
    def words(self) -> str:
        """For the progress: what it is."""
        return f"{self.trial.k} segments by {self.candidate.words}"

    def fit(self, points: Matrix, seed: int, settings: Settings) -> Clustering:
        """Fit the same algorithm on other points, from the same start where it needs one."""
        return self._fitted(self.candidate.algorithm, points, seed, settings, start=self.start)

    def refit(self, points: Matrix, seed: int, settings: Settings) -> Clustering:
        """Fit other points from new starts; k-means stands in for what needs a start.

        Two fits from the same start agree on any points: they say nothing of stability.
        """
        name = "kmeans" if self.start is not None else self.candidate.algorithm
        return self._fitted(name, points, seed, settings)

    def _fitted(
        self, name: str, points: Matrix, seed: int, settings: Settings, start: Matrix | None = None
    ) -> Clustering:
        return fit_clustering(
            name,
            points[even_rows(len(points), ALGORITHMS[name].rows_max)],
            self.candidate.k,
            seed=seed,
            initialisations=settings.initialisations,
            share_min=settings.share_min,
            start=start,
        )
