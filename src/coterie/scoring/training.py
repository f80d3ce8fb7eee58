"""One training round of one outcome: candidates, figures on a later day, and the choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from coterie.scoring.additive import (
    AdditiveModel,
    Vector,
    fit_additive,
    fit_scorecard,
    probability_of,
)
from coterie.scoring.calibration import Line, fit_line, level_error, slope_of, subgroup_errors
from coterie.scoring.metrics import (
    Difference,
    auc,
    log_losses,
    paired_bootstrap,
    single_aucs,
    squared_errors,
)
from coterie.segmentation.numerics import Labels, Matrix, one_thread

RULE, SCORECARD, ADDITIVE, BOOSTING = "rule", "scorecard", "additive", "boosting"


@dataclass(frozen=True, kw_only=True)
class ScoreSettings:
    """What a training round may do; every value is a var of the dbt project.

    Attributes
    ----------
    seed
        Seed of every draw.
    bins, pair_bins
        Bins of a feature at most, alone and in a pair.
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
    leak_auc_max
        AUC above which a feature alone is taken for the outcome itself.
    subgroup_error_max, subgroup_rows_min
        How far a subgroup may be off beyond the level, and how many rows it needs to be judged.
    """

    seed: int = 42
    bins: int = 32
    pair_bins: int = 16
    pairs: int = 10
    bags: int = 4
    learning_rate: float = 0.04
    folds: int = 3
    resamples: int = 500
    positives_min: int = 300
    slope_min: float = 0.8
    slope_max: float = 1.2
    level_error_max: float = 0.05
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


@dataclass(frozen=True)
class Examples:
    """Rows with a known outcome.

    Attributes
    ----------
    values
        Features (rows, features), missing ones NaN.
    labels
        0 or 1 for each row.
    groups
        Customer of each row as a number from 0.
    rule
        Probability by the rule of thumb.
    subgroups
        For each kind of subgroup (region, age band, ...) the name of each row's, None without.
    """

    values: Matrix
    labels: Labels
    groups: Labels
    rule: Vector
    subgroups: dict[str, list[str | None]] = field(default_factory=dict)


@dataclass
class Candidate:
    """What was fitted and how it did on the evaluation rows.

    Attributes
    ----------
    name
        rule, scorecard, additive or boosting.
    probabilities
        Calibrated, of the evaluation rows.
    model, line
        Terms and calibration; None of the rule and the yardstick.
    auc, brier, log_loss
        On the evaluation rows.
    slope
        Calibration slope there.
    level_error
        Mean probability less the share of the outcome there.
    worst_subgroup, worst_subgroup_error
        The subgroup that is off by most beyond the level, and by how much.
    failures
        Why it may not be published, in words.
    warnings
        What the words of the decision mention.
    is_chosen
        Whether it is published.
    """

    name: str
    probabilities: Vector
    model: AdditiveModel | None = None
    line: Line = field(default_factory=Line)
    auc: float = 0.0
    brier: float = 0.0
    log_loss: float = 0.0
    slope: Line = field(default_factory=Line)
    level_error: float = 0.0
    worst_subgroup: str | None = None
    worst_subgroup_error: float | None = None
    gain_over_rule: dict[str, Difference] = field(default_factory=dict)
    gain_over_scorecard: dict[str, Difference] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_chosen: bool = False


@dataclass(frozen=True)
class ScoreFit:
    """What a training round found.

    Attributes
    ----------
    candidates
        Rule, scorecard, additive and the yardstick, as far as they were fitted.
    chosen
        The one to publish; None where none may be.
    typical
        Median of each feature over the training rows, NaN where it is mostly missing.
    reason
        The decision in words.
    """

    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    typical: Vector
    reason: str


def train(
    training: Examples,
    evaluation: Examples,
    *,
    settings: ScoreSettings,
    features: Sequence[str] = (),
    report: Callable[[str], None] = lambda words: None,
) -> ScoreFit:
    """Fit the candidates on earlier rows, judge them on later ones, and choose.

    Parameters
    ----------
    training
        Rows whose outcomes were known before the day of the evaluation rows.
    evaluation
        Rows of a later day, one per customer.
    settings
        What may be done.
    features
        Names of the features, for the words of a leak alarm; their positions where there are none.
    report
        Called with a line of progress.

    Returns
    -------
    ScoreFit
        With the additive model if it passes every gate, else the scorecard if that does.
    """
    report(f"fitting on {len(training.labels):,} rows")
    candidates = [Candidate(RULE, evaluation.rule), scorecard_of(training, evaluation, settings)]
    # Rows of one customer on several days say nearly the same: customers count.
    customers = [len(np.unique(training.groups[training.labels == label])) for label in (0, 1)]
    if min(customers) >= settings.positives_min:
        report("boosting, and the same without each third of the customers")
        candidates.append(additive_of(training, evaluation, settings))
        candidates.append(boosting_of(training, evaluation, settings))
    for candidate in candidates:
        describe(candidate, evaluation, settings)
    compare(candidates, evaluation, settings)
    leaks = leaks_of(training, features, settings)
    for candidate in candidates[1:] if leaks else ():
        candidate.failures.append(leaks)
    chosen = next(
        (
            candidate
            for name in (ADDITIVE, SCORECARD)
            for candidate in candidates
            if candidate.name == name and not candidate.failures
        ),
        None,
    )
    if chosen is not None:
        chosen.is_chosen = True
    return ScoreFit(
        candidates=tuple(candidates),
        chosen=chosen,
        typical=typical_values(training.values),
        reason=words_of(candidates, chosen, settings),
    )


def leaks_of(training: Examples, features: Sequence[str], settings: ScoreSettings) -> str:
    """Name features that alone tell nearly every outcome, in words; empty where none does.

    Nothing known before an outcome tells it that well: what does was known after it.
    """
    aucs = single_aucs(training.values, training.labels)
    names = features or [str(position) for position in range(len(aucs))]
    found = [
        f"{name} (AUC {figure:.3f})"
        for name, figure in zip(names, aucs, strict=True)
        if figure > settings.leak_auc_max
    ]
    if not found:
        return ""
    return f"leak alarm: {', '.join(found)} alone tells the outcome, so was known after it"


def folds_of(groups: Labels, folds: int, seed: int) -> Labels:
    """Part of each row; all rows of a customer are in one."""
    parts = np.random.default_rng(seed).permutation(int(groups.max()) + 1) % folds
    return parts[groups]


def out_of_fold(
    training: Examples, fit: Callable[[Examples], Sequence[AdditiveModel]], settings: ScoreSettings
) -> Matrix:
    """Logits of each row by models that have not seen its customer (rows, models of a fit)."""
    folds = folds_of(training.groups, settings.folds, settings.seed)
    found: Matrix | None = None
    for fold in range(settings.folds):
        out = folds == fold
        rest = ~out
        models = fit(
            Examples(
                training.values[rest],
                training.labels[rest],
                np.unique(training.groups[rest], return_inverse=True)[1].astype(np.int64),
                training.rule[rest],
            )
        )
        if found is None:
            found = np.empty((len(out), len(models)))
        found[out] = np.column_stack([model.logits(training.values[out]) for model in models])
    return found


def scorecard_of(training: Examples, evaluation: Examples, settings: ScoreSettings) -> Candidate:
    """Fit and calibrate the scorecard."""
    logits = out_of_fold(training, lambda rows: [fit_scorecard(rows.values, rows.labels)], settings)
    line = fit_line(logits[:, 0], training.labels)
    model = fit_scorecard(training.values, training.labels).rounded()
    return Candidate(SCORECARD, line.of(model.logits(evaluation.values)), model, line)


def additive_of(training: Examples, evaluation: Examples, settings: ScoreSettings) -> Candidate:
    """Fit and calibrate the additive model; pairs stay in if they pay out of fold.

    Pairs are boosted on top of the single features, so that one fit gives both models. They pay
    where the mean log loss falls by more than the standard error of the difference.
    """

    def boosted(rows: Examples) -> AdditiveModel:
        return fit_additive(
            rows.values,
            rows.labels,
            rows.groups,
            bins=settings.bins,
            pairs=settings.pairs,
            pair_bins=settings.pair_bins,
            bags=settings.bags,
            learning_rate=settings.learning_rate,
            seed=settings.seed,
        )

    def both(rows: Examples) -> list[AdditiveModel]:
        model = boosted(rows)
        return [model.without_pairs(), model]

    logits = out_of_fold(training, both, settings)
    losses = [log_losses(probability_of(column), training.labels) for column in logits.T]
    gain = losses[0] - losses[1]
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    pairs_pay = bool(gain.mean() > error)
    model = boosted(training)
    model = (model if pairs_pay else model.without_pairs()).rounded()
    line = fit_line(logits[:, int(pairs_pay)], training.labels)
    return Candidate(ADDITIVE, line.of(model.logits(evaluation.values)), model, line)


def boosting_of(training: Examples, evaluation: Examples, settings: ScoreSettings) -> Candidate:
    """Fit gradient boosting, a yardstick that is never published."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    with one_thread():
        model = HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.05, max_leaf_nodes=15, random_state=settings.seed
        ).fit(training.values, training.labels)
        return Candidate(BOOSTING, model.predict_proba(evaluation.values)[:, 1])


def describe(candidate: Candidate, evaluation: Examples, settings: ScoreSettings) -> None:
    """Write the figures of a candidate on the evaluation rows."""
    labels, probabilities = evaluation.labels, candidate.probabilities
    candidate.auc = auc(probabilities, labels)
    candidate.brier = float(squared_errors(probabilities, labels).mean())
    candidate.log_loss = float(log_losses(probabilities, labels).mean())
    candidate.level_error = level_error(probabilities, labels)
    if np.ptp(probabilities) > 0:
        candidate.slope = slope_of(probabilities, labels)
    worst = 0.0
    for kind, names in sorted(evaluation.subgroups.items()):
        errors = subgroup_errors(probabilities, labels, names, rows_min=settings.subgroup_rows_min)
        for name, (error, spread) in errors.items():
            # What chance explains (two standard errors) is taken off.
            beyond = max(abs(error) - 2 * spread, 0.0)
            if candidate.worst_subgroup is None or beyond > worst:
                candidate.worst_subgroup = f"{kind} {name}"
                candidate.worst_subgroup_error = error
                worst = beyond
    if candidate.name in (RULE, BOOSTING):
        return
    lower, upper = candidate.slope.interval
    if upper < settings.slope_min or lower > settings.slope_max:
        candidate.failures.append(
            f"its calibration slope of {candidate.slope.slope:.2f} (95 % interval {lower:.2f} to "
            f"{upper:.2f}) lies outside {settings.slope_min:g} to {settings.slope_max:g}"
        )
    if worst > settings.subgroup_error_max:
        candidate.failures.append(
            f"{candidate.worst_subgroup} is off by {candidate.worst_subgroup_error:+.2f} beyond "
            f"the level of all, more than {settings.subgroup_error_max:g} and chance explain"
        )
    if abs(candidate.level_error) > settings.level_error_max:
        candidate.warnings.append(
            f"the level is off by {candidate.level_error:+.3f} on the later day (the season, or a "
            "change that was not there before)"
        )


def compare(candidates: list[Candidate], evaluation: Examples, settings: ScoreSettings) -> None:
    """Compare what may be published with the rule of thumb, and the additive with the scorecard."""
    by_name = {candidate.name: candidate for candidate in candidates}
    for candidate in candidates:
        rivals = {
            name: by_name[name].probabilities
            for name in (RULE, SCORECARD)
            if name != candidate.name
        }
        if candidate.name == RULE:
            continue
        found = paired_bootstrap(
            candidate.probabilities,
            rivals,
            evaluation.labels,
            resamples=settings.resamples,
            seed=settings.seed,
        )
        candidate.gain_over_rule = found[RULE]
        candidate.gain_over_scorecard = found.get(SCORECARD, {})
        if candidate.name == BOOSTING:
            continue
        for rival, gains in found.items():
            worse = [
                f"{figure} {gain.mean:+.4f} (95 % interval {gain.lower:+.4f} to {gain.upper:+.4f})"
                for figure, gain in gains.items()
                if gain.upper < 0 and figure != "log_loss"
            ]
            if worse:
                other = "rule of thumb" if rival == RULE else rival
                candidate.failures.append(f"it is worse than the {other}: {'; '.join(worse)}")


def typical_values(values: Matrix) -> Vector:
    """Median of each column, NaN where half of it or more is missing."""
    typical = np.full(values.shape[1], np.nan)
    for position, column in enumerate(values.T):
        known = column[~np.isnan(column)]
        if 2 * len(known) > len(column):
            # The lower of two middle values: always a value that somebody has.
            typical[position] = np.sort(known)[(len(known) - 1) // 2]
    return typical


def words_of(candidates: list[Candidate], chosen: Candidate | None, settings: ScoreSettings) -> str:
    """Say the decision in words."""
    by_name = {candidate.name: candidate for candidate in candidates}
    rule = by_name[RULE]
    words = []
    if chosen is None:
        words.append("No model may be published.")
    else:
        pairs = chosen.model.pairs
        what = "An additive model" if chosen.name == ADDITIVE else "A scorecard"
        words.append(
            f"{what} of {len(chosen.model.terms)} terms"
            + (f", {pairs} of them pairs" if pairs else "")
            + f": on the later day AUC {chosen.auc:.3f} and Brier {chosen.brier:.3f}; the rule of "
            f"thumb has {rule.auc:.3f} and {rule.brier:.3f}."
        )
        if BOOSTING in by_name:
            gap = by_name[BOOSTING].auc - chosen.auc
            words.append(f"Gradient boosting, the yardstick, has an AUC {gap:+.3f} from it.")
        words += [f"Warning: {warning}." for warning in chosen.warnings]
    for name in (ADDITIVE, SCORECARD):
        if name in by_name and by_name[name].failures:
            words.append(f"The {name} is refused: {'; '.join(by_name[name].failures)}.")
    if ADDITIVE not in by_name:
        words.append(
            f"Warning: with fewer than {settings.positives_min} customers with or without the "
            "outcome only a scorecard is fitted."
        )
    return " ".join(words)
