"""One training round of one outcome: candidates, figures on a later day, and the choice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from coterie.scoring.additive import (
    AdditiveModel,
    Vector,
    fit_scorecard,
    seen_codes,
    varied_features,
)
from coterie.scoring.calibration import Line, fit_line, level_error, slope_of, subgroup_errors
from coterie.scoring.examples import Examples
from coterie.scoring.metrics import (
    Difference,
    auc,
    log_losses,
    paired_bootstrap,
    single_aucs,
    squared_errors,
)
from coterie.scoring.search import Trial, fit_configuration, parts_of, search
from coterie.scoring.settings import ScoreSettings
from coterie.segmentation.numerics import Matrix, one_thread

RULE, SCORECARD, ADDITIVE, BOOSTING = "rule", "scorecard", "additive", "boosting"
#: Categories of a feature that gradient boosting can tell apart (scikit-learn's max_bins).
MOST_CATEGORIES = 255


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
    trials
        Configurations of the additive model that were searched through.
    taken
        The one of them that was fitted.
    """

    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    typical: Vector
    reason: str
    trials: tuple[Trial, ...] = ()
    taken: Trial | None = None


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
    trials: list[Trial] = []
    taken: Trial | None = None
    candidates = [Candidate(RULE, evaluation.rule), scorecard_of(training, evaluation, settings)]
    # Rows of one customer on several days say nearly the same: customers count.
    customers = [len(np.unique(training.groups[training.labels == label])) for label in (0, 1)]
    if min(customers) >= settings.positives_min:
        report("boosting, and the same without each third of the customers")
        trials, taken = search(training, settings, report=report)
        candidates.append(additive_of(training, evaluation, taken, settings))
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
        typical=typical_values(training.values, training.categories),
        reason=words_of(candidates, chosen, settings),
        trials=tuple(trials),
        taken=taken,
    )


def leaks_of(training: Examples, features: Sequence[str], settings: ScoreSettings) -> str:
    """Name features that alone tell nearly every outcome, in words; empty where none does.

    Nothing known before an outcome tells it that well: what does was known after it.
    """
    aucs = single_aucs(in_order_of_share(training), training.labels)
    names = features or [str(position) for position in range(len(aucs))]
    found = [
        f"{name} (AUC {figure:.3f})"
        for name, figure in zip(names, aucs, strict=True)
        if figure > settings.leak_auc_max
    ]
    if not found:
        return ""
    return f"leak alarm: {', '.join(found)} alone tells the outcome, so was known after it"


def in_order_of_share(training: Examples) -> Matrix:
    """Give the values with each category as the share of the outcome in it: codes have no order."""
    values = training.values.copy()
    for position in training.categories:
        codes, places = np.unique(values[:, position], return_inverse=True)
        rows = np.bincount(places, minlength=len(codes))
        values[:, position] = (np.bincount(places, weights=training.labels) / rows)[places]
    return values


def scorecard_of(training: Examples, evaluation: Examples, settings: ScoreSettings) -> Candidate:
    """Fit and calibrate the scorecard."""
    logits = np.empty(len(training.labels))
    for out, rest in parts_of(training, settings):
        logits[out] = fit_scorecard(rest.values, rest.labels, rest.categories).logits(
            training.values[out]
        )
    line = fit_line(logits, training.labels)
    model = fit_scorecard(training.values, training.labels, training.categories).rounded()
    return Candidate(SCORECARD, line.of(model.logits(evaluation.values)), model, line)


def additive_of(
    training: Examples, evaluation: Examples, taken: Trial, settings: ScoreSettings
) -> Candidate:
    """Fit the configuration that was taken on all training rows and calibrate it.

    Pairs stay in if they pay out of fold; the calibration line is that of the rows' own logits by
    models that have not seen their customers.
    """
    model = fit_configuration(training, taken.configuration, settings, bags=settings.bags)
    model = model if taken.pairs_pay else model.without_pairs()
    model = model.strongest(training.values, settings.terms_max).rounded()
    line = fit_line(taken.logits, training.labels)
    return Candidate(ADDITIVE, line.of(model.logits(evaluation.values)), model, line)


def boosting_of(training: Examples, evaluation: Examples, settings: ScoreSettings) -> Candidate:
    """Fit gradient boosting, a yardstick that is never published."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    varied = varied_features(training.values)
    known, asked = training.values.copy(), evaluation.values.copy()
    for position in training.categories:
        # The library counts categories from 0; one it has not seen is missing to it.
        codes = seen_codes(known[:, position], MOST_CATEGORIES)
        for values in (known, asked):
            places = np.searchsorted(codes, values[:, position]).astype(np.float64)
            places[~np.isin(values[:, position], codes)] = np.nan
            values[:, position] = places
    with one_thread():
        model = HistGradientBoostingClassifier(
            max_iter=100,
            learning_rate=0.05,
            max_leaf_nodes=15,
            categorical_features=[position in training.categories for position in varied],
            random_state=settings.seed,
        ).fit(known[:, varied], training.labels)
        return Candidate(BOOSTING, model.predict_proba(asked[:, varied])[:, 1])


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


def typical_values(values: Matrix, categories: Collection[int] = ()) -> Vector:
    """Median of each column, of a category the most frequent; NaN where half is missing."""
    typical = np.full(values.shape[1], np.nan)
    for position, column in enumerate(values.T):
        known = column[~np.isnan(column)]
        if 2 * len(known) <= len(column):
            continue
        if position in categories:
            codes, rows = np.unique(known, return_counts=True)
            typical[position] = codes[np.argmax(rows)]
        else:
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
