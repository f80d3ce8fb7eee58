"""A training round: every candidate is screened, the likely ones examined, one or none chosen.

Everything here is a pure function of its arguments. A matrix is always (customers, features) or
(customers, components), float64, its rows in the order of customer_id: k-means gives another
answer for shuffled rows even with a fixed seed. Parameters are rounded to 12 significant digits
before they are used, so that what is stored is exactly what was judged.

The round in four steps:

1. Screen. Each algorithm behind each encoder with each k is fitted once and gets the figures that
   cost little. Candidates whose k may be chosen and whose segments are large enough are probed:
   a few of the resamples of 2,000 rows.
2. Rank. First those whose probe says that they can reach the limit, the largest k first, k-means
   before the others of the same k unless their probe is clearly better. Three of each k come
   before the fourth of any, so that many algorithms with one k cannot use up the examinations.
3. Examine down the ranking, until one has passed every clause and three were looked at. The best
   three, those that passed before those that did not, get the figures that cost much. Of a sample
   that is alike in all directions only separate groups pass: chance decides where it is cut.
4. Choose the largest k that passed; of the same k the plainest, unless another is clearly more
   stable. Where a model is in force its k is examined first and kept while it passes or fails by
   little; more segments are taken only where they pass by a margin.

Where a model is in force, k-means and a mixture of its k also start from the means of its segments,
and go on from them unless new starts lower the inertia, or raise the likelihood, clearly: segments
move no more than customers did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from coterie.segmentation import quality
from coterie.segmentation.algorithms import ALGORITHMS, Clustering, fit_clustering, fit_each_k
from coterie.segmentation.encoders import fit_encoder
from coterie.segmentation.entries import FIXED_ROWS, Entry, Space
from coterie.segmentation.identity import Incumbent, Limits, carry_over, lineage_of_rules
from coterie.segmentation.judge import Judge
from coterie.segmentation.levels import segment_tree
from coterie.segmentation.micro import micro_segments
from coterie.segmentation.numerics import Labels, Matrix, even_rows, one_thread
from coterie.segmentation.prototypes import (
    UNASSIGNED,
    assign,
    order_segments,
    prototypes_of,
    renumber,
    represent,
)
from coterie.segmentation.settings import Settings
from coterie.segmentation.stability import (
    Resampled,
    rand_over_seeds,
    resample,
    without_each_feature,
)
from coterie.segmentation.surrogate import fidelity, learn_rules
from coterie.segmentation.trials import (
    CUTS,
    WORDS,
    Candidate,
    Fit,
    Trial,
    candidates,
)

# Rows of Dunn's index, of a cloud without groups and of the gap statistic: with twice as many the
# figures moved by 0.01 at most.
DUNN_ROWS = 2000
NULL_ROWS = 1000
GAP_ROWS = 1000
# Fits that differ in their seed only.
SEEDS = 5
# Rows that the surrogate tree is grown on and asked about.
SURROGATE_ROWS = 5000
# Algorithms that also start from the means in force. Others draw nothing, find k themselves, or
# halve groups in turn.
WARM = ("kmeans", "gaussian_mixture")
# Candidates of one k that are ranked before the next ones of any k.
SAME_K = 3

Report = Callable[[str], None]


def _silent(words: str) -> None:
    """Say nothing about the progress."""


def fit_segments(
    values: Matrix,
    order_values: Matrix,
    *,
    settings: Settings,
    features: Sequence[str] = (),
    incumbent: Incumbent | None = None,
    report: Report = _silent,
) -> Fit:
    """Find segments: the largest number of them that is stable and can be explained.

    A candidate must pass every clause: each segment's mean Jaccard over the resamples, the mean
    adjusted Rand index, the smallest share, the surrogate tree's fidelity, and the agreement of
    what SQL assigns with what the library found. The silhouette alone would choose two or three
    segments and merge kinds of customers that differ. If no candidate passes, or the sample allows
    no clustering, the outcome is "rules": segments by recency, frequency and revenue.

    Parameters
    ----------
    values
        (customers, features), prepared (scaled, imputed), ordered by customer_id.
    order_values
        (customers,), the feature that orders the segments, in its own unit.
    settings
        See Settings.
    features
        Names of the features, for the words; their positions where none are given.
    incumbent
        The segments in force, and what the ids of new ones depend on; without them online k-means
        is not tried.
    report
        Takes the progress, a sentence at a time.

    Returns
    -------
    Fit
        Never raises on poor data: the reason says what was wrong with it.

    Raises
    ------
    ValueError
        If there are not as many names as features, or labels as customers.
    """
    incumbent = incumbent or Incumbent([None] * len(values))
    if len(incumbent.labels) != len(values):
        raise ValueError(f"got {len(incumbent.labels)} labels for {len(values)} customers")
    limits = limits_of(settings)
    problem = _problem(values, settings)
    if problem:
        return Fit(
            algorithm="rules",
            reason=f"Segments by rules: {problem}.",
            lineage=lineage_of_rules(incumbent, limits=limits),
        )
    names = list(features) or [f"feature {number + 1}" for number in range(values.shape[1])]
    if len(names) != values.shape[1]:
        raise ValueError(f"got {len(names)} names for {values.shape[1]} features")
    with one_thread():
        return Round(
            values,
            order_values,
            names=names,
            settings=settings,
            incumbent=incumbent,
            report=report,
        ).fit()


def limits_of(settings: Settings) -> Limits:
    """Take what matching segments needs from the settings."""
    return Limits(
        kept_jaccard=settings.kept_jaccard,
        part_share=settings.part_share,
        parts_together=settings.parts_together,
        part_drawn=settings.part_drawn,
    )


def _problem(values: Matrix, settings: Settings) -> str | None:
    """Why the sample cannot be clustered, in words, or None."""
    if len(values) < settings.rows_min:
        return f"the sample holds {len(values)} customers, clustering needs {settings.rows_min}"
    if not np.isfinite(values).all():
        return "some prepared values are not finite numbers"
    if values.shape[1] == 0 or not (values != values[0]).any():
        return "every feature is constant"
    return None


def nested_rows(count: int, limit: int) -> Labels:
    """Rows at even distances, those of a smaller bound among those of a larger one.

    Parameters
    ----------
    count
        Rows of the sample.
    limit
        Rows at most.
    """
    rows = np.arange(count)
    bounds = {algorithm.rows_max for algorithm in ALGORITHMS.values()}
    for bound in sorted({bound for bound in bounds if bound > limit}, reverse=True):
        rows = rows[even_rows(len(rows), bound)]
    return rows[even_rows(len(rows), limit)]


class Round:
    """One training round; see the module for its steps."""

    def __init__(
        self,
        values: Matrix,
        order_values: Matrix,
        *,
        names: Sequence[str],
        settings: Settings,
        incumbent: Incumbent | None = None,
        report: Report = _silent,
    ) -> None:
        self.values = values
        self.order_values = order_values
        self.names = names
        self.settings = settings
        self.incumbent = incumbent or Incumbent([None] * len(values))
        self.report = report
        self.judge = Judge(settings, self.incumbent, quality.sphericity(values))
        self.entries = self.judge.entries
        self.others: list[Trial] = []

    def fit(self) -> Fit:
        """Run the steps in turn."""
        self.screen()
        ranked = self.rank()
        passed = self.examine(ranked)
        finalists = (passed + [entry for entry in ranked if entry not in passed])[
            : self.settings.examined_full
        ]
        finalists = [entry for entry in finalists if entry.trial.is_examined]
        for entry in finalists:
            self.complete(entry)
        passed = [entry for entry in passed if entry.trial.is_eligible]
        chosen = self.judge.choose(passed)
        if chosen is not None:
            self.probe_next(chosen)
        self.measure_others()
        self.judge.explain(chosen)
        trials = [entry.trial for entry in self.entries] + self.others
        places = {name: place for place, name in enumerate(self.settings.algorithms)}
        encoders = {name: place for place, name in enumerate(self.settings.encoders)}
        trials.sort(key=lambda t: (places[t.algorithm], encoders.get(t.encoder, -1), t.k))
        if chosen is None:
            return Fit(
                algorithm="rules",
                reason=self.judge.rules_reason(),
                trials=trials,
                lineage=lineage_of_rules(self.incumbent, limits=limits_of(self.settings)),
                # Rules cut at fixed limits, whatever the candidates looked like.
                verdict=CUTS if finalists else None,
            )
        prototypes = chosen.representation.prototypes
        labels = assign(chosen.space.points, prototypes)
        centres = np.array(
            [chosen.space.points[labels == s].mean(axis=0) for s in range(chosen.trial.k)]
        )
        assigned = labels >= 0
        ids, lineage = carry_over(
            self.incumbent,
            labels,
            order=order_segments(centres, labels[assigned], self.order_values[assigned]),
            points=chosen.space.points,
            limits=limits_of(self.settings),
        )
        # In the order in which SQL breaks ties.
        order = np.argsort(np.array(ids), kind="stable")
        verdict = self.judge.verdict(chosen)
        prototypes = renumber(prototypes, order)
        points, labels = chosen.space.points, assign(chosen.space.points, prototypes)
        leaves = self.settings.leaves_per_segment * chosen.trial.k
        return Fit(
            algorithm=chosen.candidate.algorithm,
            reason=self.judge.decision_reason(chosen, verdict),
            trials=trials,
            encoder=chosen.space.encoder,
            prototypes=prototypes,
            verdict=verdict,
            segment_ids=tuple(sorted(ids)),
            lineage=lineage,
            tree=segment_tree(self.values, points, labels, most=self.settings.macro_count),
            rules=learn_rules(self.values, labels, leaves=leaves),
            micro=micro_segments(
                points,
                labels,
                sorted(ids),
                self.order_values,
                incumbent=self.incumbent,
                most=self.settings.micro_count,
                rows_min=self.settings.micro_rows_min,
                seed=self.settings.seed,
                cold_gain=self.settings.cold_gain,
                limits=limits_of(self.settings),
            ),
        )

    # ---- 1. screen

    def screen(self) -> None:
        """Fit every candidate once; what costs little is computed for all of them."""
        wanted: dict[str, dict[str, list[int | None]]] = defaultdict(lambda: defaultdict(list))
        for candidate in candidates(self.settings, accepted_k=self.incumbent.k):
            wanted[candidate.encoder][candidate.algorithm].append(candidate.k)
        for encoder, algorithms in wanted.items():
            space = self.space(encoder)
            some = nested_rows(
                len(self.values),
                min(self.settings.silhouette_rows, *(a.rows_max for a in ALGORITHMS.values())),
            )
            distances = quality.pairwise(space.points[some])
            for algorithm, ks in algorithms.items():
                self.report(f"screening {WORDS[algorithm]} behind {encoder}")
                self.screen_algorithm(algorithm, ks, space, some, distances)
        self.mark_elbows()
        for entry in self.entries:
            if self.judge.is_open(entry):
                self.probe(entry)

    def space(self, name: str) -> Space:
        """Fit an encoder and encode the sample."""
        encoder = fit_encoder(
            self.values,
            name,
            variance_share=self.settings.variance_share,
            seed=self.settings.seed,
        )
        return Space(encoder, encoder.encode(self.values), name != "autoencoder")

    def screen_algorithm(
        self, algorithm: str, ks: list[int | None], space: Space, some: Labels, distances: Matrix
    ) -> None:
        """Fit one algorithm behind one encoder for each k."""
        rows = nested_rows(len(space.points), ALGORITHMS[algorithm].rows_max)
        points = space.points[rows]
        distinct = len(np.unique(np.round(points, 9), axis=0))
        possible = [k for k in ks if k is None or k < distinct]
        for k in ks:
            if k not in possible:
                reason = f"Only {distinct} customers differ from each other."
                self.others.append(Trial(algorithm, space.encoder.name, k, reason=reason))
        means = self.incumbent.means(space.points, rows) if self.incumbent.k else None
        start = means if ALGORITHMS[algorithm].needs_start else None
        if start is not None and len(start) != self.incumbent.k:
            return
        among = np.searchsorted(rows, some)
        few = even_rows(len(some), DUNN_ROWS)
        near = distances[np.ix_(few, few)]
        for k, cold in self.clusterings(algorithm, possible, points, start):
            clustering = self.warmer(algorithm, cold, points, means)
            settled = clustering
            if clustering.centres is not None:
                # As the stored, rounded parameters label them.
                made = prototypes_of(points, clustering)
                settled = replace(clustering, labels=assign(points, made))
            labels = settled.labels
            sizes = np.bincount(labels[labels >= 0], minlength=settled.k)
            trial = Trial(
                algorithm,
                space.encoder.name,
                settled.k if k is None else k,
                rows_fitted=len(points),
                inertia=quality.inertia(points, labels),
                silhouette=quality.silhouette(distances, labels[among]),
                davies_bouldin=quality.davies_bouldin(points, labels),
                calinski_harabasz=quality.calinski_harabasz(points, labels),
                dunn=quality.dunn(near, labels[among][few]),
                smallest_share=float(sizes.min() / len(labels)) if len(sizes) else 0.0,
                unassigned_share=float((labels == UNASSIGNED).mean()),
            )
            if k is not None and clustering.k < k:
                trial.reason = f"Only {clustering.k} groups hold customers."
                self.others.append(trial)
                continue
            candidate = Candidate(algorithm, space.encoder.name, k)
            is_warm = clustering is not cold or start is not None
            self.entries.append(Entry(candidate, trial, space, rows, settled, start, is_warm))

    def warmer(
        self, algorithm: str, cold: Clustering, points: Matrix, means: Matrix | None
    ) -> Clustering:
        """Start from the segments in force too; give what is to be gone on with."""
        if algorithm not in WARM or means is None or len(means) != cold.k:
            return cold
        gain = self.settings.cold_gain
        warm = fit_clustering(algorithm, points, cold.k, seed=self.settings.seed, start=means)
        if cold.likelihood is not None:
            is_better = cold.likelihood > warm.likelihood + np.log1p(gain)
        else:
            is_better = cold.inertia < (1 - gain) * warm.inertia
        return cold if warm.k < cold.k or is_better else warm

    def clusterings(
        self, algorithm: str, ks: list[int | None], points: Matrix, start: Matrix | None
    ) -> Iterator[tuple[int | None, Clustering]]:
        """Fit an algorithm for each k; a linkage builds its tree once."""
        settings = self.settings
        if ALGORITHMS[algorithm].finds_k or start is not None:
            for k in ks:
                yield (
                    k,
                    fit_clustering(
                        algorithm,
                        points,
                        k,
                        seed=settings.seed,
                        share_min=settings.share_min,
                        start=start,
                    ),
                )
            return
        yield from fit_each_k(
            algorithm,
            points,
            ks,
            seed=settings.seed,
            initialisations=settings.initialisations,
        )

    def mark_elbows(self) -> None:
        """Mark the k at which the inertia bends, for each algorithm behind each encoder."""
        for entries in self.judge.by_pair().values():
            if not ALGORITHMS[entries[0].candidate.algorithm].finds_k:
                bend = quality.elbow({e.trial.k: e.trial.inertia for e in entries})
                for entry in entries:
                    entry.trial.is_elbow = entry.trial.k == bend

    def probe(self, entry: Entry) -> None:
        """Look whether the segments come back in a few resamples."""
        entry.probe = self.resampled(
            entry, rows=FIXED_ROWS, resamples=self.settings.probe_resamples
        )

    def probe_next(self, chosen: Entry) -> None:
        """Look whether one segment more would come back too, also beyond the largest k allowed."""
        for entry in self.judge.by_pair()[chosen.candidate.algorithm, chosen.candidate.encoder]:
            if entry.trial.k == chosen.trial.k + 1 and entry.probe is None:
                self.probe(entry)

    def resampled(
        self,
        entry: Entry,
        *,
        rows: int,
        resamples: int,
        limit: float | None = None,
        so_far: Resampled | None = None,
    ) -> Resampled:
        """Resample an entry's rows, as its algorithm bears it."""
        algorithm = ALGORITHMS[entry.candidate.algorithm]
        return resample(
            entry.points,
            entry.clustering.labels,
            lambda points, seed: entry.refit(points, seed, self.settings).labels,
            rows=min(rows, algorithm.rows_max),
            resamples=resamples,
            seed=self.settings.seed,
            # To the others equal rows are a group, or a dense place.
            keep_repeats=entry.clustering.predict is not None,
            limit=limit,
            so_far=so_far,
        )

    # ---- 2. rank

    def rank(self) -> list[Entry]:
        """Order the entries that may be chosen by how likely it is that they are."""
        settings = self.settings
        algorithms = list(settings.algorithms)
        encoders = [*settings.encoders, *(e.candidate.encoder for e in self.entries)]

        def preference(entry: Entry) -> tuple[float, int, int]:
            bonus = settings.better_by if entry.candidate.algorithm == "kmeans" else 0.0
            return (
                -(entry.probe.lowest + bonus),
                algorithms.index(entry.candidate.algorithm),
                encoders.index(entry.candidate.encoder),
            )

        likely = settings.jaccard_min - settings.probe_margin
        groups: dict[tuple[bool, int], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            if entry.probe is not None:
                groups[entry.probe.lowest < likely, -entry.trial.k].append(entry)
        keyed = [
            ((is_unlikely, place // SAME_K, falling_k, place), entry)
            for (is_unlikely, falling_k), entries in groups.items()
            for place, entry in enumerate(sorted(entries, key=preference))
        ]
        ranked = [entry for _, entry in sorted(keyed, key=lambda pair: pair[0])]
        in_force = [entry for entry in ranked if entry.trial.k == self.incumbent.k]
        return in_force[:1] + [entry for entry in ranked if entry not in in_force[:1]]

    # ---- 3. examine

    def examine(self, ranked: list[Entry]) -> list[Entry]:
        """Go down the ranking; what passes every clause is returned, in its order."""
        settings = self.settings
        passed: list[Entry] = []
        for looked_at, entry in enumerate(ranked[: settings.examined_max]):
            if passed and looked_at >= settings.examined_full:
                break
            self.report(f"examining {entry.words}")
            self.examine_one(entry)
            if entry.trial.is_eligible:
                passed.append(entry)
        return passed

    def examine_one(self, entry: Entry) -> None:
        """Judge every clause; the resamples end once the limit is out of reach."""
        trial, settings = entry.trial, self.settings
        trial.is_examined = True
        labels = self.write_agreement(entry)
        sizes = np.bincount(labels[labels >= 0], minlength=trial.k)
        trial.smallest_share = float(sizes.min() / len(labels))
        trial.unassigned_share = float((labels == UNASSIGNED).mean())
        if not self.judge.shortcomings(trial):
            entry.examined = self.resampled(
                entry,
                rows=settings.resample_rows,
                resamples=settings.resamples,
                limit=self.judge.jaccard_limit(trial),
            )
            self.write_stability(entry)
        if self.judge.is_round and not self.judge.shortcomings(trial):
            self.write_null(entry)
        self.judge.write_eligibility(entry)

    def write_agreement(self, entry: Entry) -> Labels:
        """Make an entry's prototypes; write how well they and a small tree tell its segments.

        Returns
        -------
        ndarray of shape (customers,)
            What the prototypes assign.
        """
        trial, settings = entry.trial, self.settings
        entry.representation = represent(
            entry.points,
            entry.clustering,
            refit=lambda points: entry.fit(points, settings.seed, settings),
            agreement_min=settings.agreement_min,
            prototypes_max=settings.prototypes_max,
            seed=settings.seed,
        )
        trial.agreement = entry.representation.agreement
        labels = assign(entry.space.points, entry.representation.prototypes)
        some = even_rows(len(labels), SURROGATE_ROWS)
        trial.surrogate_fidelity = fidelity(
            self.values[some], labels[some], leaves=settings.leaves_per_segment * trial.k
        )
        return labels

    def measure_others(self) -> None:
        """Measure agreement and fidelity of the likeliest of each algorithm that was not examined.

        Not of all: where many prototypes are needed, it takes seconds for each.
        """
        settings = self.settings
        best: dict[str, tuple[tuple[bool, float, float], Entry]] = {}
        measured = {e.candidate.algorithm for e in self.entries if e.representation is not None}
        for entry in self.entries:
            trial = entry.trial
            likely = (
                settings.k_min <= trial.k <= settings.k_max,
                -1.0 if entry.probe is None else entry.probe.lowest,
                trial.smallest_share,
            )
            known = best.get(trial.algorithm)
            is_new = trial.algorithm not in measured and trial.k > 1
            if is_new and (known is None or likely > known[0]):
                best[trial.algorithm] = likely, entry
        for _, entry in best.values():
            self.report(f"agreement of {entry.words}")
            self.write_agreement(entry)

    def write_stability(self, entry: Entry) -> None:
        """Copy what the resamples said into the trial."""
        trial, examined = entry.trial, entry.examined
        trial.jaccard_mean, trial.jaccard_min = examined.mean, examined.lowest
        trial.ari_resamples, trial.resamples = examined.mean_rand, examined.resamples

    def complete(self, entry: Entry) -> None:
        """Compute what costs much; it decides nothing but the verdict and the words."""
        trial, settings = entry.trial, self.settings
        self.report(f"all figures of {entry.words}")
        entry.examined = self.resampled(
            entry,
            rows=settings.resample_rows,
            resamples=settings.resamples,
            so_far=entry.examined,
        )
        entry.probe = self.resampled(
            entry, rows=FIXED_ROWS, resamples=settings.resamples, so_far=entry.probe
        )
        self.write_stability(entry)
        trial.jaccard_2000_mean, trial.jaccard_2000_min = entry.probe.mean, entry.probe.lowest
        if ALGORITHMS[entry.candidate.algorithm].draws:
            trial.ari_seeds = rand_over_seeds(
                entry.points,
                lambda points, seed: entry.refit(points, seed, settings).labels,
                rows=settings.resample_rows,
                seeds=SEEDS,
                seed=settings.seed,
            )
        self.write_sensitivity(entry)
        self.write_null(entry)
        self.write_gaps(entry)
        self.judge.write_eligibility(entry)

    def write_sensitivity(self, entry: Entry) -> None:
        """Compare fits without each of the features with one of all, on the same few rows."""
        settings = self.settings
        values = self.values[entry.rows[even_rows(len(entry.rows), FIXED_ROWS)]]

        def refit(values: Matrix) -> Labels:
            encoder = entry.space.encoder
            if entry.space.is_refitted:
                if not values.size or not (values != values[:1]).any():
                    return np.zeros(len(values), dtype=np.int64)
                encoder = fit_encoder(
                    values, entry.candidate.encoder, variance_share=settings.variance_share
                )
            return entry.refit(encoder.encode(values), settings.seed, settings).labels

        def refit_without(values: Matrix, position: int) -> Labels:
            if entry.space.is_refitted:
                # A feature of its own is gone: components and groups are found without it.
                return refit(np.delete(values, position, axis=1))
            # To train a network for each feature would take minutes: it sees the mean instead.
            values = values.copy()
            values[:, position] = self.values[:, position].mean()
            return refit(values)

        found = sorted(without_each_feature(values, refit(values), refit_without, names=self.names))
        if found:
            lowest, name = found[0]
            entry.trial.ari_without_feature = float(lowest)
            entry.trial.most_sensitive_feature = name
            entry.trial.ari_without_each = ", ".join(f"{name}: {ari:.2f}" for ari, name in found)

    def write_null(self, entry: Entry) -> None:
        """Compare the silhouette with that of clouds without groups, behind the same encoder."""
        trial, settings = entry.trial, self.settings
        if entry.null:
            return
        rows = min(NULL_ROWS, len(self.values))
        found = []
        for cloud in quality.gaussian_null(
            self.values, rows=rows, draws=settings.null_draws, seed=settings.seed
        ):
            points = entry.space.encoder.encode(cloud)
            labels = entry.refit(points, settings.seed, settings).labels
            # Nothing found in a cloud is what a silhouette of 0 says.
            found.append(quality.silhouette(quality.pairwise(points), labels) or 0.0)
        entry.null = tuple(found)
        if found and trial.silhouette is not None:
            trial.silhouette_null = float(np.mean(found))
            trial.silhouette_gap = trial.silhouette - trial.silhouette_null

    def write_gaps(self, entry: Entry) -> None:
        """Compute the gap statistic for every k of the entry's algorithm and encoder, once."""
        pair = entry.candidate.algorithm, entry.candidate.encoder
        algorithm = ALGORITHMS[entry.candidate.algorithm]
        if pair in self.judge.gaps or algorithm.finds_k or algorithm.needs_start:
            return
        entries = self.judge.by_pair()[pair]
        ks = [other.trial.k for other in entries]
        self.judge.gaps[pair] = self.gap_statistic(entry.candidate.algorithm, entry.points, ks)
        for other in entries:
            other.trial.gap, other.trial.gap_error = self.judge.gaps[pair][other.trial.k]

    def gap_statistic(
        self, algorithm: str, points: Matrix, ks: Iterable[int]
    ) -> dict[int, tuple[float, float]]:
        """Compute the gap statistic of an algorithm for one group and for each k."""
        settings = self.settings

        def fit(points: Matrix, ks: Iterable[int]) -> Iterator[tuple[int, Labels]]:
            for k, clustering in fit_each_k(
                algorithm,
                points,
                ks,
                seed=settings.seed,
                initialisations=settings.initialisations,
            ):
                yield k, clustering.labels

        return quality.gap_statistic(
            points, ks, fit, rows=GAP_ROWS, draws=settings.gap_draws, seed=settings.seed
        )
