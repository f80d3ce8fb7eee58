"""The library of the scores: what it fits, that it rounds, and what it refuses."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from coterie.frames import with_schema
from coterie.schemas import SCORE_FITS
from coterie.scoring import (
    Examples,
    ScoreSettings,
    fit_additive,
    fit_line,
    fit_rows,
    fit_scorecard,
    read_model,
    to_library,
    train,
)
from coterie.scoring.additive import (
    OTHER,
    AdditiveModel,
    Term,
    bins_of,
    left_out,
    probability_of,
    seen_codes,
)
from coterie.scoring.calibration import slope_of, subgroup_errors
from coterie.scoring.metrics import auc, log_losses, paired_bootstrap
from coterie.scoring.search import folds_of, search, stable_features, steady_directions
from coterie.scoring.training import RULE, typical_values

FEATURES = ("recency", "orders", "missing", "noise")
#: Little work: what is tested is not how good a model gets.
SMALL = ScoreSettings(bags=2, folds=2, pairs=2, resamples=50, positives_min=100)


def examples(rows: int, seed: int, *, shift: float = 0.0) -> Examples:
    """Two features that matter and one that does not, with holes; two rows a customer."""
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, 4))
    logits = 1.5 * values[:, 0] - values[:, 1] + shift
    labels = (generator.random(rows) < probability_of(logits)).astype(np.int64)
    values[generator.random((rows, 4)) < 0.1] = np.nan
    rule = probability_of(np.nan_to_num(values[:, 0]))
    names = [None if draw < 0.1 else f"region {int(draw * 3)}" for draw in generator.random(rows)]
    return Examples(values, labels, np.arange(rows) // 2, rule, {"region": names})


@pytest.fixture(scope="module")
def fitted():
    training, evaluation = examples(3000, 1), examples(1500, 2)
    return training, evaluation, train(training, evaluation, settings=SMALL)


def test_the_stored_model_is_the_librarys(fitted):
    """Rows out, rows in, library's model rebuilt: the same probabilities."""
    training, evaluation, fit = fitted
    assert fit.chosen.name == "additive"
    rows = with_schema(
        fit_rows(fit, training, outcome="churn", model_version="v", features=FEATURES), SCORE_FITS
    ).to_pylist()
    terms = [row for row in rows if row["part"] == "term"]
    model, line = read_model(terms, FEATURES)
    assert line.slope == fit.chosen.line.slope
    edge_values = np.concatenate([term.edges[0] for term in model.terms])
    values = np.vstack([evaluation.values, np.tile(edge_values[:, None], (1, 4))])
    expected = to_library(model, len(FEATURES)).predict_proba(values)[:, 1]
    assert np.abs(probability_of(model.logits(values)) - expected).max() < 1e-12
    assert np.array_equal(
        model.logits(evaluation.values), fit.chosen.model.logits(evaluation.values)
    )


def test_the_same_input_gives_the_same_rows(fitted):
    training, evaluation, fit = fitted
    again = train(training, evaluation, settings=SMALL)
    pairs = [
        list(fit_rows(one, training, outcome="o", model_version="v", features=FEATURES))
        for one in (fit, again)
    ]
    assert pairs[0] == pairs[1]


def test_rows_in_bins_add_up(fitted):
    training, _, fit = fitted
    rows = list(fit_rows(fit, training, outcome="o", model_version="v", features=FEATURES))
    counted: dict[int, int] = {}
    for row in rows:
        if row["part"] == "term" and row["kind"] in ("feature", "pair"):
            counted[row["term"]] = counted.get(row["term"], 0) + row["row_count"]
    assert set(counted.values()) == {len(training.labels)}


def test_bins_are_closed_below_and_open_above():
    edges = np.array([1.0, 2.0])
    values = np.array([np.nan, -np.inf, 0.999, 1.0, 1.999, 2.0, np.inf])
    assert bins_of(values, edges).tolist() == [0, 1, 1, 2, 2, 3, 3]


def test_a_pair_looks_both_bins_up():
    term = Term(
        (0, 1), (np.array([0.0]), np.array([5.0])), np.arange(9, dtype=np.float64).reshape(3, 3)
    )
    values = np.array([[np.nan, np.nan], [-1.0, 5.0], [0.0, 4.0]])
    assert term.of(values).tolist() == [0.0, 5.0, 7.0]


def test_customers_are_never_on_both_sides():
    groups = np.repeat(np.arange(200), 3)
    bags = left_out(groups, bags=3, seed=1)
    folds = folds_of(groups, 3, 1)
    for group in range(200):
        assert len({tuple(row) for row in bags[groups == group]}) == 1
        assert len(set(folds[groups == group])) == 1
    assert set(np.unique(bags)) == {-1, 1}
    assert np.bincount(folds).min() > 150


def test_directions_hold():
    rows = examples(2000, 3)
    model = fit_additive(
        rows.values,
        rows.labels,
        rows.groups,
        bins=16,
        pairs=0,
        pair_bins=8,
        bags=1,
        learning_rate=0.05,
        seed=1,
        directions=(1, -1, 0, 0),
    )
    for term in model.terms:
        steps = np.diff(term.contributions[1:])
        if term.features == (0,):
            assert (steps >= -1e-9).all()
        if term.features == (1,):
            assert (steps <= 1e-9).all()


def test_a_scorecard_is_centred_and_finds_the_directions():
    rows = examples(3000, 4)
    model = fit_scorecard(rows.values, rows.labels)
    contributions = model.contributions(rows.values)
    assert np.abs(contributions.mean(axis=0)).max() < 1e-9
    spread = contributions.std(axis=0)
    assert spread[0] > spread[1] > 5 * spread[3]


def test_features_that_are_missing_or_the_same_for_all_add_nothing():
    training, evaluation = examples(2000, 60), examples(1000, 61)
    rows = [
        Examples(
            np.column_stack(
                [each.values, np.full(len(each.labels), np.nan), np.ones(len(each.labels))]
            ),
            each.labels,
            each.groups,
            each.rule,
        )
        for each in (training, evaluation)
    ]
    fit = train(*rows, settings=SMALL, features=(*FEATURES, "nobody", "all"))
    assert fit.chosen.name == "additive"
    for candidate in fit.candidates[1:3]:
        used = {p for term in candidate.model.terms for p in term.features}
        assert used <= set(range(4))


def test_a_line_finds_its_own_parameters():
    generator = np.random.default_rng(5)
    logits = generator.normal(size=20000)
    labels = (generator.random(20000) < probability_of(0.3 + 0.7 * logits)).astype(np.int64)
    line = fit_line(logits, labels)
    assert line.offset == pytest.approx(0.3, abs=0.05)
    assert line.slope == pytest.approx(0.7, abs=0.05)
    assert abs(line.slope - 0.7) < 4 * line.slope_error
    assert slope_of(line.of(logits), labels).slope == pytest.approx(1.0, abs=1e-6)


def test_the_interval_of_a_slope_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(51)
    held = 0
    for _ in range(200):
        logits = generator.normal(size=500)
        labels = (generator.random(500) < probability_of(0.7 * logits)).astype(np.int64)
        lower, upper = fit_line(logits, labels).interval
        held += lower < 0.7 < upper
    # 190 of 200 are expected, with a standard error of 3.
    assert 180 <= held <= 199


def test_a_line_needs_both_labels():
    with pytest.raises(ValueError, match="needs both labels"):
        fit_line(np.arange(10.0), np.ones(10, dtype=np.int64))
    with pytest.raises(ValueError, match="an AUC needs both labels"):
        auc(np.arange(10.0), np.zeros(10, dtype=np.int64))


def test_figures_are_those_of_scikit_learn():
    from sklearn.metrics import log_loss, roc_auc_score  # noqa: PLC0415

    generator = np.random.default_rng(6)
    scores = np.round(generator.random(1000), 2)
    labels = (generator.random(1000) < scores).astype(np.int64)
    weights = generator.integers(0, 3, size=1000).astype(np.float64)
    assert auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert auc(scores, labels, weights) == pytest.approx(
        roc_auc_score(labels, scores, sample_weight=weights), abs=1e-12
    )
    held = np.clip(scores, 1e-6, 1 - 1e-6)
    assert log_losses(scores, labels).mean() == pytest.approx(log_loss(labels, held), abs=1e-12)


def test_the_bootstrap_sees_a_better_rival_and_not_an_equal_one():
    generator = np.random.default_rng(7)
    truth = generator.random(2000)
    labels = (generator.random(2000) < truth).astype(np.int64)
    worse = np.clip(truth + 0.4 * generator.normal(size=2000), 0.01, 0.99)
    found = paired_bootstrap(truth, {"worse": worse, "same": truth}, labels, resamples=200, seed=1)
    assert found["worse"]["auc"].lower > 0
    assert found["worse"]["brier"].lower > 0
    assert found["same"]["auc"].lower == found["same"]["auc"].upper == 0


def test_a_subgroup_is_judged_beyond_the_level():
    labels = np.repeat([0, 1], 500)
    probabilities = np.where(np.arange(1000) % 2 == 0, 0.7, 0.5)
    names = ["even" if row % 2 == 0 else None for row in range(1000)]
    found = subgroup_errors(probabilities, labels, names, rows_min=100)
    # All are off by 0.1, the even ones by 0.2.
    assert found["even"][0] == pytest.approx(0.1)
    assert subgroup_errors(probabilities, labels, names, rows_min=501) == {}


def test_a_rule_that_is_better_refuses_both_models():
    training, evaluation = examples(2000, 8), examples(1500, 9)
    known = Examples(
        evaluation.values,
        evaluation.labels,
        evaluation.groups,
        # The rule of thumb knows the answer.
        np.where(evaluation.labels == 1, 0.9, 0.1),
    )
    fit = train(training, known, settings=SMALL)
    assert fit.chosen is None
    assert fit.reason.startswith("No model may be published.")
    assert "worse than the rule of thumb" in fit.reason


def test_a_wrong_slope_refuses():
    training, evaluation = examples(3000, 10), examples(3000, 11)
    # Half of the later outcomes have nothing to do with the features: too sure of itself.
    generator = np.random.default_rng(1)
    labels = np.where(
        generator.random(3000) < 0.5, generator.integers(0, 2, 3000), evaluation.labels
    )
    later = Examples(evaluation.values, labels, evaluation.groups, np.full(3000, 0.5))
    fit = train(training, later, settings=SMALL)
    assert fit.chosen is None
    assert "calibration slope" in fit.reason


def test_a_subgroup_that_is_off_refuses():
    training, evaluation = examples(3000, 12), examples(3000, 13)
    names = [f"region {row % 2}" for row in range(3000)]
    labels = np.where(np.arange(3000) % 2 == 0, 0, evaluation.labels)
    later = Examples(
        evaluation.values, labels, evaluation.groups, evaluation.rule, {"region": names}
    )
    fit = train(training, later, settings=SMALL)
    assert any("region" in failure for c in fit.candidates for failure in c.failures)


def test_few_customers_get_a_scorecard_with_a_warning():
    training, evaluation = examples(400, 14), examples(1500, 15)
    settings = ScoreSettings(folds=2, resamples=50, positives_min=300)
    fit = train(training, evaluation, settings=settings)
    assert [candidate.name for candidate in fit.candidates] == [RULE, "scorecard"]
    assert fit.chosen.name == "scorecard"
    assert "Warning: with fewer than 300" in fit.reason


def test_a_feature_made_of_the_label_raises_the_leak_alarm():
    """The canary: alone, with holes, and turned round."""
    training, evaluation = examples(2000, 20), examples(1500, 21)
    leaks = []
    for rows in (training, evaluation):
        canary = 1.0 - rows.labels
        canary[::50] = np.nan
        leaks.append(
            Examples(np.column_stack([rows.values, canary]), rows.labels, rows.groups, rows.rule)
        )
    fit = train(*leaks, settings=SMALL, features=(*FEATURES, "canary"))
    assert fit.chosen is None
    assert "leak alarm: canary" in fit.reason
    assert all(name not in fit.reason for name in FEATURES)
    clean = train(training, evaluation, settings=SMALL, features=FEATURES)
    assert "leak alarm" not in clean.reason


def test_an_error_of_the_level_is_said_and_refuses_nothing():
    training, evaluation = examples(3000, 16), examples(3000, 17, shift=0.7)
    fit = train(training, evaluation, settings=SMALL)
    assert fit.chosen is not None
    assert "the level is off by" in fit.reason


def test_pairs_stay_only_where_they_pay():
    generator = np.random.default_rng(18)
    values = generator.normal(size=(4000, 3))
    groups = np.arange(4000)
    product = (generator.random(4000) < probability_of(2 * values[:, 0] * values[:, 1])).astype(int)
    sums = (generator.random(4000) < probability_of(values[:, 0] + values[:, 1])).astype(int)
    # Single bags stop too early or too late, and pairs mend some of that.
    settings = replace(SMALL, bags=4, folds=3)
    found = {}
    for name, labels in (("product", product), ("sum", sums)):
        rows = Examples(values, labels, groups, np.full(4000, 0.5))
        fit = train(rows, rows, settings=settings)
        found[name] = fit.candidates[2].model.pairs
    assert found["product"] > 0
    assert found["sum"] == 0


#: Codes of categories: far apart, two that follow each other, and one that is rare.
CODES = np.array([7.0, 8.0, 5000.0, 268_435_456.0])


def category_examples(rows: int, seed: int, *, share_of_other: float = 0.0) -> Examples:
    """A category that decides nearly alone, and a number that helps; holes in both."""
    generator = np.random.default_rng(seed)
    places = generator.choice(4, size=rows, p=[0.4, 0.3, 0.29, 0.01])
    number = generator.normal(size=rows)
    logits = np.array([-1.5, 1.5, 0.0, 0.0])[places] + number
    codes = CODES[places]
    codes[generator.random(rows) < share_of_other] = OTHER
    values = np.column_stack([codes, number])
    labels = (generator.random(rows) < probability_of(logits)).astype(np.int64)
    values[generator.random((rows, 2)) < 0.05] = np.nan
    return Examples(
        values, labels, np.arange(rows), probability_of(np.nan_to_num(number)), categories=(0,)
    )


@pytest.mark.parametrize("name", ["scorecard", "additive"])
@pytest.mark.parametrize("share_of_other", [0.0, 0.2])
def test_what_was_never_seen_has_a_bin_of_its_own(name, share_of_other):
    """Codes between, below and above those of the training count alike, and not as missing."""
    rows = category_examples(4000, 3, share_of_other=share_of_other)
    if name == "scorecard":
        model = fit_scorecard(rows.values, rows.labels, rows.categories)
    else:
        model = fit_additive(
            rows.values,
            rows.labels,
            rows.groups,
            bins=32,
            pairs=1,
            pair_bins=8,
            bags=2,
            learning_rate=0.05,
            seed=1,
            categories=rows.categories,
        ).without_pairs()
    (term,) = [term for term in model.terms if term.features == (0,)]
    asked = np.array([*CODES[:3], OTHER, 1.0, 9.0, 6000.0, 1e9, np.nan])
    known, other = np.split(term.of(np.column_stack([asked, np.zeros(len(asked))]))[:-1], [3])
    missing = term.of(np.array([[np.nan, 0.0]]))[0]
    assert known[0] < known[2] < known[1]
    assert len(set(other)) == 1
    assert missing != other[0]
    if name == "additive":
        # Learnt from where there were such rows, else nothing is known of it.
        assert (other[0] == 0) == (share_of_other == 0)


def test_the_rarest_categories_count_as_others():
    column = np.repeat([5.0, 3.0, 9.0, 4.0, OTHER, np.nan], [4, 4, 3, 1, 9, 9])
    assert list(seen_codes(column, 2)) == [3.0, 5.0]
    assert list(seen_codes(column, 9)) == [3.0, 4.0, 5.0, 9.0]
    assert list(seen_codes(np.array([np.nan, OTHER]), 2)) == []


def test_a_category_that_tells_the_outcome_raises_the_leak_alarm():
    """By its codes as numbers it would not: the outcome is that of the one in the middle."""
    rows = category_examples(3000, 4)
    values = rows.values.copy()
    values[:, 0] = np.where(rows.labels == 1, 50.0, np.where(np.arange(3000) % 2, 3.0, 90.0))
    leaking = replace(rows, values=values)
    fit = train(leaking, leaking, settings=SMALL, features=("kind", "number"))
    assert fit.chosen is None
    assert "leak alarm: kind (AUC 1.000)" in fit.reason
    assert np.isnan(fit.typical).sum() == 0
    assert typical_values(values, (0,))[0] in (3.0, 50.0, 90.0)


def test_typical_values_are_medians_that_somebody_has():
    values = np.array([[1.0, np.nan], [2.0, np.nan], [4.0, 5.0], [9.0, np.nan]])
    typical = typical_values(values)
    assert typical[0] == 2.0
    assert np.isnan(typical[1])


@pytest.mark.parametrize(
    "setting", [{"bins": 1}, {"folds": 1}, {"slope_min": 1.1}, {"slope_max": 0.9}]
)
def test_settings_that_mean_nothing_are_refused(setting):
    with pytest.raises(ValueError, match=r"must be|expected"):
        ScoreSettings(**setting)


def test_examples_are_read_by_part():
    from coterie.scoring import examples_of  # noqa: PLC0415

    table = pa.table(
        {
            "part": ["training", "evaluation", "training"],
            "customer_id": ["b", "a", "b"],
            "label": [1, 0, 0],
            "rule_probability": [0.2, 0.3, 0.4],
            "region": ["x", None, "y"],
            "feature_values": [[1.0, None], [2.0, 2.0], [3.0, 1.0]],
        }
    )
    found = examples_of(table, "training")
    assert found.labels.tolist() == [1, 0]
    assert found.groups.tolist() == [0, 0]
    assert np.isnan(found.values[0, 1])
    assert found.subgroups == {"region": ["x", "y"]}


def test_the_search_stops_at_its_budget_and_records_what_it_did_not_try():
    training = examples(1500, 40)
    settings = ScoreSettings(bags=1, folds=2, pairs=0, search_seconds=15)
    seconds = iter(range(0, 1000, 10))
    trials, best = search(training, settings, clock=lambda: float(next(seconds)))
    tried = [trial.losses is not None for trial in trials]
    # The default, and one more: after ten seconds there was time left, after twenty there was none.
    assert tried[:2] == [True, True]
    assert not any(tried[2:])
    assert len(trials) >= 4
    assert best in trials[:2]
    only, _ = search(training, ScoreSettings(bags=1, folds=2, pairs=0))
    assert [trial.configuration.name for trial in only] == ["the default"]


def test_stable_features_and_directions_are_those_of_every_fold():
    def model(first, second):
        edges = (np.array([0.0, 1.0]),)
        contributions = [np.array([0.0, *first]), np.array([0.0, *second])]
        return AdditiveModel(
            "additive", 0.0, tuple(Term((p,), edges, c) for p, c in enumerate(contributions))
        )

    folds = [model([1, 2, 3], [0.3, 0.2, 0.1]), model([1, 2, 4], [0.01, 0.02, 0.01])]
    assert stable_features(folds, 3) == (0,)
    assert stable_features(folds[:1], 3) == (0, 1)
    assert steady_directions(folds, 3) == (1, 0, 0)
    assert steady_directions(folds[:1], 3) == (1, -1, 0)


def test_the_strongest_terms_are_kept_in_their_order():
    rows = examples(3000, 50)
    model = fit_scorecard(rows.values, rows.labels)
    kept = model.strongest(rows.values, 2)
    assert [term.features for term in kept.terms] == [(0,), (1,)]
    assert model.strongest(rows.values, 4) is model
    fit = train(
        rows,
        examples(1500, 51),
        settings=ScoreSettings(
            bags=2, folds=2, pairs=2, resamples=50, positives_min=100, terms_max=3
        ),
    )
    assert len(fit.chosen.model.terms) == 3
