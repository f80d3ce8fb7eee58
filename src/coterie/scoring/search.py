"""A small search over configurations of the additive model, on the training rows only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from coterie.scoring.additive import AdditiveModel, Vector, fit_additive, probability_of
from coterie.scoring.examples import Examples
from coterie.scoring.metrics import log_losses
from coterie.scoring.settings import ScoreSettings
from coterie.segmentation.numerics import Labels, Matrix

#: A feature is stable if it moves the score by at least this share of what the strongest one
#: does, in every fold.
STABLE_SHARE = 0.05
#: A contribution that follows its bins with at least this rank correlation, in every fold, may be
#: held to its direction.
STEADY_CORRELATION = 0.9


@dataclass(frozen=True)
class Configuration:
    """How an additive model is fitted.

    Attributes
    ----------
    name
        In words.
    bins, learning_rate
        See ScoreSettings.
    positions
        Features it may use; none: all.
    directions
        For each feature (of all) 1 or -1 where its contribution may only rise or fall; empty: free.
    """

    name: str
    bins: int
    learning_rate: float
    positions: tuple[int, ...] = ()
    directions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trial:
    """A configuration and what it reached out of fold.

    Attributes
    ----------
    configuration
        What was tried.
    losses
        Log loss of each training row by a model that has not seen its customer, without pairs and
        with them; None where it was not tried.
    logits
        The logits behind them.
    pairs_pay
        Whether pairs lower the loss by more than the standard error of the difference.
    models
        The model of each fold, pairs included.
    """

    configuration: Configuration
    losses: Vector | None = None
    logits: Vector | None = None
    pairs_pay: bool = False
    models: tuple[AdditiveModel, ...] = ()


def folds_of(groups: Labels, folds: int, seed: int) -> Labels:
    """Part of each row; all rows of a customer are in one."""
    parts = np.random.default_rng(seed).permutation(int(groups.max()) + 1) % folds
    return parts[groups]


def parts_of(training: Examples, settings: ScoreSettings) -> Iterator[tuple[Labels, Examples]]:
    """Give for each fold which rows are out, and the others as examples of their own."""
    folds = folds_of(training.groups, settings.folds, settings.seed)
    for fold in range(settings.folds):
        out = folds == fold
        rest = ~out
        yield (
            out,
            Examples(
                training.values[rest],
                training.labels[rest],
                np.unique(training.groups[rest], return_inverse=True)[1].astype(np.int64),
                training.rule[rest],
                categories=training.categories,
            ),
        )


def fit_configuration(
    rows: Examples, configuration: Configuration, settings: ScoreSettings, *, bags: int
) -> AdditiveModel:
    """Fit the additive model of a configuration; its terms name features by their own position."""
    features = rows.values.shape[1]
    positions = configuration.positions or tuple(range(features))
    model = fit_additive(
        rows.values[:, positions],
        rows.labels,
        rows.groups,
        bins=configuration.bins,
        pairs=settings.pairs,
        pair_bins=settings.pair_bins,
        bags=bags,
        learning_rate=configuration.learning_rate,
        seed=settings.seed,
        directions=[configuration.directions[p] for p in positions]
        if configuration.directions
        else (),
        categories=[place for place, p in enumerate(positions) if p in rows.categories],
    )
    return model.with_positions(positions)


def try_out(training: Examples, configuration: Configuration, settings: ScoreSettings) -> Trial:
    """Fit a configuration without each fold, with and without pairs.

    Pairs are boosted on top of the single features, so that one fit gives both models.
    """
    logits = np.empty((len(training.labels), 2))
    models = []
    for out, rest in parts_of(training, settings):
        # Half of the bags: a third of the customers less matters more than what they smooth.
        model = fit_configuration(rest, configuration, settings, bags=max(settings.bags // 2, 1))
        values = training.values[out]
        both = [
            kept.strongest(rest.values, settings.terms_max).logits(values)
            for kept in (model.without_pairs(), model)
        ]
        logits[out] = np.column_stack(both)
        models.append(model)
    losses = [log_losses(probability_of(column), training.labels) for column in logits.T]
    pays = is_lower(losses[1], losses[0])
    return Trial(configuration, losses[int(pays)], logits[:, int(pays)], pays, models=tuple(models))


def is_lower(losses: Vector, others: Vector) -> bool:
    """Whether losses lie below others by more than the standard error of the difference."""
    gain = others - losses
    return bool(gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)))


def search(
    training: Examples,
    settings: ScoreSettings,
    *,
    report: Callable[[str], None] = lambda words: None,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[list[Trial], Trial]:
    """Try configurations in a fixed order until the budget is used, and take the best.

    The first is the default one. Another is taken only where its log loss out of fold is lower by
    more than the standard error of the difference: the plainest of those that are as good. With a
    budget of 0 seconds nothing but the default is tried.

    Parameters
    ----------
    training
        Rows to learn from; the evaluation rows are never seen.
    settings
        What may be done, the budget among it.
    report
        Called with a line of progress.
    clock
        Seconds that have passed; another one in tests.

    Returns
    -------
    tuple
        Every trial, those that were not begun included, and the one that is taken.
    """
    began = clock()
    default = Configuration("the default", settings.bins, settings.learning_rate)
    trials = [try_out(training, default, settings)]
    best = trials[0]
    if settings.search_seconds <= 0:
        return trials, best
    for configuration in configurations(default, trials[0].models, training.values.shape[1]):
        if clock() - began >= settings.search_seconds:
            trials.append(Trial(configuration))
            continue
        report(f"searching: {configuration.name}")
        trial = try_out(training, configuration, settings)
        trials.append(trial)
        if is_lower(trial.losses, best.losses):
            best = trial
    return trials, best


def configurations(
    default: Configuration, models: Sequence[AdditiveModel], features: int
) -> Iterator[Configuration]:
    """Give the configurations that are tried after the default one, in order."""
    yield replace(default, name="half the bins", bins=max(default.bins // 2, 2))
    yield replace(default, name="half the step", learning_rate=default.learning_rate / 2)
    stable = stable_features(models, features)
    if 0 < len(stable) < features:
        yield replace(default, name=f"the {len(stable)} stable features", positions=stable)
    steady = steady_directions(models, features)
    if any(steady):
        yield replace(
            default,
            name=f"{sum(map(abs, steady))} features held to their direction",
            directions=steady,
        )
        if 0 < len(stable) < features:
            yield replace(
                default,
                name=f"the {len(stable)} stable features, held to their direction",
                positions=stable,
                directions=steady,
            )
    yield replace(default, name="twice the bins", bins=default.bins * 2)


def stable_features(models: Sequence[AdditiveModel], features: int) -> tuple[int, ...]:
    """Positions of the features that move the score in every fold."""
    strengths = np.zeros((len(models), features))
    for row, model in enumerate(models):
        for term in model.terms:
            for position in term.features:
                strengths[row, position] += np.abs(term.contributions).mean()
    limits = STABLE_SHARE * strengths.max(axis=1, keepdims=True)
    return tuple(int(p) for p in np.flatnonzero((strengths >= limits).all(axis=0)))


def steady_directions(models: Sequence[AdditiveModel], features: int) -> tuple[int, ...]:
    """1 or -1 for each feature whose single term rises or falls in every fold, else 0."""
    found = np.zeros((len(models), features))
    for row, model in enumerate(models):
        for term in model.terms:
            if len(term.features) > 1:
                continue
            steps: Matrix = term.contributions[1:]
            if len(steps) > 2 and np.ptp(steps) > 0:  # noqa: PLR2004
                ranks = np.argsort(np.argsort(steps, kind="stable"), kind="stable")
                correlation = np.corrcoef(np.arange(len(steps)), ranks)[0, 1]
                if abs(correlation) >= STEADY_CORRELATION:
                    found[row, term.features[0]] = np.sign(correlation)
    agreed = np.where((found == found[0]).all(axis=0), found[0], 0)
    return tuple(int(direction) for direction in agreed)
