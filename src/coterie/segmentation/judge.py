"""Which candidate of a training round is taken, and the words for every one that was tried."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from coterie.segmentation import quality
from coterie.segmentation.entries import FIXED_ROWS, Entry
from coterie.segmentation.identity import Incumbent
from coterie.segmentation.settings import Settings
from coterie.segmentation.trials import CUTS, SEPARATE, Trial, below, shortcomings


@dataclass(eq=False)
class Judge:
    """Holds the entries of a round against the clauses of the settings, chooses and says why.

    Attributes
    ----------
    settings
        See Settings.
    incumbent
        The segments in force: their k is kept while it does.
    sphericity
        Chance that noise alike in all directions gives such a sample (quality.sphericity).
    entries
        All that were tried, in their order; a round adds to them.
    gaps
        Gap statistic and its error by k, for the pairs of algorithm and encoder that have one.
    """

    settings: Settings
    incumbent: Incumbent
    sphericity: float
    entries: list[Entry] = field(default_factory=list)
    gaps: dict[tuple[str, str], dict[int, tuple[float, float]]] = field(default_factory=dict)

    @property
    def is_round(self) -> bool:
        """Whether the sample cannot be told from noise alike in all directions.

        Its cuts can be turned at no cost: they are an accident of the sample, and yet come back in
        its resamples where the features are few.
        """
        return self.sphericity > self.settings.noise_alpha

    def slack(self, trial: Trial) -> float:
        """How far below their limits the figures of the resamples may lie: of the k in force."""
        is_in_force = (trial.algorithm, trial.k) == (self.incumbent.algorithm, self.incumbent.k)
        return self.settings.fewer_by if is_in_force else 0.0

    def jaccard_limit(self, trial: Trial) -> float:
        """Lowest Jaccard that a trial may have."""
        return self.settings.jaccard_min - self.slack(trial)

    def shortcomings(self, trial: Trial) -> list[str]:
        """List what keeps a trial from being chosen in this round."""
        return shortcomings(trial, self.settings, slack=self.slack(trial))

    def is_open(self, entry: Entry) -> bool:
        """Whether an entry may still be chosen; a reason is written where not."""
        trial, settings = entry.trial, self.settings
        if not settings.k_min <= trial.k <= settings.k_max:
            trial.reason = (
                f"Shown for comparison; k is chosen from {settings.k_min} to {settings.k_max}."
            )
            return False
        found = self.shortcomings(trial)
        if found:
            trial.reason = f"Rejected: {'; '.join(found)}."
        return not found

    def write_eligibility(self, entry: Entry) -> None:
        """Say whether an entry passes every clause as far as its figures are known, or why not."""
        found = self.shortcomings(entry.trial)
        if self.is_round and entry.null and self.verdict(entry) == CUTS:
            found.append(
                "chance decides where a sample alike in all directions is cut, and these are no "
                "separate groups"
            )
        entry.trial.is_eligible = not found
        if found:
            entry.trial.reason = f"Rejected: {'; '.join(found)}."

    def by_pair(self) -> dict[tuple[str, str], list[Entry]]:
        """Entries of each algorithm behind each encoder."""
        pairs: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            pairs[entry.candidate.algorithm, entry.candidate.encoder].append(entry)
        return pairs

    def choose(self, passed: list[Entry]) -> Entry | None:
        """Take the k in force, or else the largest; of one k the plainest, or one clearly better.

        More segments than those in force must pass by a margin.
        """
        if not passed:
            return None
        in_force = self.incumbent.k
        eligible = passed
        if any(entry.trial.k == in_force for entry in passed):
            eligible = [e for e in passed if e.trial.k == in_force or self.is_worth_more(e)]
        largest = max(entry.trial.k for entry in eligible)
        rivals = [entry for entry in eligible if entry.trial.k == largest]
        algorithms = list(self.settings.algorithms)
        encoders = [*self.settings.encoders, *(e.candidate.encoder for e in self.entries)]
        plainest = min(
            rivals,
            key=lambda e: (
                e.candidate.algorithm != "kmeans",
                algorithms.index(e.candidate.algorithm),
                encoders.index(e.candidate.encoder),
            ),
        )
        best = max(rivals, key=lambda e: e.trial.jaccard_min)
        is_better = best.trial.jaccard_min >= plainest.trial.jaccard_min + self.settings.better_by
        chosen = best if is_better else plainest
        chosen.trial.is_chosen = True
        return chosen

    def is_worth_more(self, entry: Entry) -> bool:
        """Whether an entry has more segments than those in force and passes by the margin."""
        trial, settings = entry.trial, self.settings
        return (
            trial.k > self.incumbent.k
            and trial.jaccard_min >= settings.jaccard_min + settings.more_by
            and trial.ari_resamples >= settings.ari_min + settings.more_by
        )

    def explain(self, chosen: Entry | None) -> None:
        """Write the reasons that need the choice."""
        settings = self.settings
        likely = settings.jaccard_min - settings.probe_margin
        for entry in self.entries:
            trial = entry.trial
            if trial.is_chosen:
                trial.reason = self.why_chosen(entry)
            elif trial.is_eligible and chosen is not None:
                trial.reason = (
                    f"Passes, but {chosen.trial.k} segments {self.why_not(chosen.trial.k)}."
                    if trial.k != chosen.trial.k
                    else f"Passes, but is not chosen: {chosen.words} have a lowest Jaccard of "
                    f"{chosen.trial.jaccard_min:.2f}, this one {trial.jaccard_min:.2f}."
                )
            elif trial.reason and not trial.is_examined:
                if entry.probe is not None:
                    trial.reason += (
                        f" In {entry.probe.resamples} resamples of {FIXED_ROWS} rows the lowest "
                        f"Jaccard is {entry.probe.lowest:.2f}."
                    )
            elif not trial.is_examined and entry.probe is not None:
                if entry.probe.lowest < likely:
                    trial.reason = (
                        f"Not examined: in {entry.probe.resamples} resamples of {FIXED_ROWS} rows "
                        f"the lowest Jaccard is {entry.probe.lowest:.2f}, too far below the limit "
                        f"of {settings.jaccard_min:g}."
                    )
                elif chosen is not None:
                    trial.reason = f"Not examined: {chosen.words} are stable" + (
                        " and the largest such number is taken."
                        if trial.k < chosen.trial.k and chosen.trial.k != self.incumbent.k
                        else ", and this one ranks lower."
                    )
                else:
                    trial.reason = (
                        f"Not examined: {settings.examined_max} candidates that ranked higher "
                        "were not good enough, and no more are looked at."
                    )
            if not trial.is_examined and trial.agreement is not None:
                trial.reason += self.also_short(trial)
            if chosen is not None and trial.k > chosen.trial.k and self.is_one_too_many(entry):
                trial.reason += " More segments than the data bears (over-segmentation)."

    def why_chosen(self, entry: Entry) -> str:
        """Say what speaks for the chosen entry, and what it falls short of as the k in force."""
        trial, settings = entry.trial, self.settings
        words = (
            f"Chosen: {self.why_this_k(trial.k)} segments are all stable (lowest Jaccard "
            f"{trial.jaccard_min:.2f} over {trial.resamples} resamples, mean adjusted Rand index "
            f"{trial.ari_resamples:.2f}) and explained (a tree of "
            f"{settings.leaves_per_segment * trial.k} leaves names the segment of "
            f"{trial.surrogate_fidelity:.0%})."
        )
        if entry.is_warm:
            words += " They go on from the segments in force."
        if shortcomings(trial, settings):
            words += (
                " The k in force is kept although it falls short of a limit, by at most "
                f"{settings.fewer_by:g}."
            )
        return words

    def why_this_k(self, k: int) -> str:
        """Begin the sentence that says why so many segments were chosen."""
        if k == self.incumbent.k:
            return "the k in force, whose"
        return f"of {self.count_examined()}, the largest k whose"

    def count_examined(self) -> str:
        """Say how many candidates were examined."""
        number = sum(entry.trial.is_examined for entry in self.entries)
        return f"{number} candidate{'' if number == 1 else 's'} examined"

    def why_not(self, k: int) -> str:
        """Say why so many segments were chosen, and not another number that passes too."""
        if k == self.incumbent.k:
            return (
                "are in force and pass too; more are taken only where the lowest Jaccard and the "
                f"mean adjusted Rand index lie {self.settings.more_by:g} above their limits"
            )
        return "pass too, and the largest such number is taken"

    def also_short(self, trial: Trial) -> str:
        """Say which clauses a trial that was not examined fails, if its reason does not yet."""
        found = [words for words in self.shortcomings(trial) if words not in trial.reason]
        return f" It would also fail: {'; '.join(found)}." if found else ""

    def splits(self, entry: Entry) -> bool:
        """Whether some segments of an entry do not come back."""
        lowest = self.lowest_jaccard(entry)
        return lowest is not None and lowest < self.settings.jaccard_min

    def is_one_too_many(self, entry: Entry) -> bool:
        """Whether segments of an entry do not come back, but those of a smaller k do."""
        fewer = [
            self.lowest_jaccard(other)
            for other in self.by_pair()[entry.candidate.algorithm, entry.candidate.encoder]
            if other.trial.k < entry.trial.k
        ]
        comes_back = any(low is not None and low >= self.settings.jaccard_min for low in fewer)
        return self.splits(entry) and comes_back

    def lowest_jaccard(self, entry: Entry) -> float | None:
        """Read the lowest Jaccard as far as it is known."""
        if entry.trial.jaccard_min is not None:
            return entry.trial.jaccard_min
        return None if entry.probe is None else entry.probe.lowest

    def verdict(self, entry: Entry) -> str:
        """Whether the silhouette beats every cloud without groups, and by enough to matter."""
        trial = entry.trial
        is_separate = (
            trial.silhouette is not None
            and trial.silhouette_gap is not None
            and trial.silhouette > max(entry.null)
            and trial.silhouette_gap >= self.settings.silhouette_gap_min
        )
        return SEPARATE if is_separate else CUTS

    def decision_reason(self, chosen: Entry, verdict: str) -> str:
        """Say the decision in words."""
        trial, settings = chosen.trial, self.settings
        words = [f"{trial.k} segments by {chosen.candidate.words}. {trial.reason}"]
        if trial.silhouette_gap is None:
            words.append("Whether they are separate groups was not judged.")
        elif verdict == SEPARATE:
            words.append(
                f"They are separate groups: the silhouette of {trial.silhouette:.2f} is "
                f"{trial.silhouette_gap:.2f} above that of a cloud without groups."
            )
        else:
            if trial.silhouette > max(chosen.null):
                gap = below(trial.silhouette_gap, settings.silhouette_gap_min)
                compared = (
                    f"only {gap} above that of a cloud without groups "
                    f"({trial.silhouette_null:.2f}); separate groups need "
                    f"{settings.silhouette_gap_min:.2f}"
                )
            else:
                compared = (
                    f"not above that of every cloud without groups (up to {max(chosen.null):.2f})"
                )
            words.append(
                f"They are cuts of a continuum: the silhouette of {trial.silhouette:.2f} is "
                f"{compared}."
            )
        pair = chosen.candidate.algorithm, chosen.candidate.encoder
        for entry in sorted(self.by_pair()[pair], key=lambda e: e.trial.k):
            if entry.trial.k > trial.k and self.splits(entry):
                words.append(
                    f"{entry.trial.k} would be too many: some of them do not come back (lowest "
                    f"Jaccard {self.lowest_jaccard(entry):.2f})."
                )
                break
        fewer = quality.gap_prefers(self.gaps.get(pair, {}))
        if fewer is not None and fewer < trial.k:
            words.append(
                f"The gap statistic prefers {'one group' if fewer == 1 else fewer}: some segments "
                "may be parts of one group (over-segmentation)."
            )
        return " ".join(words)

    def rules_reason(self) -> str:
        """Why nothing was chosen."""
        settings = self.settings
        examined = [entry for entry in self.entries if entry.trial.is_examined]
        words = (
            f"Segments by rules: none of {self.count_examined()} with {settings.k_min} to "
            f"{settings.k_max} segments is stable (Jaccard of at least {settings.jaccard_min:g} "
            f"for every segment, mean adjusted Rand index of at least {settings.ari_min:g}) and "
            f"explained (tree right for {settings.fidelity_min:.0%}) with at least "
            f"{settings.share_min:.0%} of the customers in each"
        )
        if self.is_round:
            words += (
                ", and separate from the others: the sample is alike in all directions (Mauchly's "
                f"test, p = {self.sphericity:.2f}), so that chance decides where it is cut"
            )
        words += "."
        if examined:
            first = (
                examined[0]
                if len(examined) == 1
                else max(examined, key=lambda e: self.lowest_jaccard(e) or 0.0)
            )
            words += f" The nearest to it were {first.words}. {first.trial.reason}"
        return words
