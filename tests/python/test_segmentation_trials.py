"""A training round: what is tried, in which order it is examined, what is chosen and why."""

from dataclasses import replace

import numpy as np
import pytest
from segmentation_samples import bent_bands, round_groups, with_noise

from coterie.segmentation import (
    CUTS,
    SEPARATE,
    Candidate,
    Incumbent,
    Settings,
    Trial,
    assign,
    fit_clustering,
    fit_segments,
    fits_rows,
    training,
)
from coterie.segmentation.algorithms import ALGORITHMS
from coterie.segmentation.entries import Entry
from coterie.segmentation.stability import Resampled
from coterie.segmentation.training import Round, nested_rows
from coterie.segmentation.trials import WORDS, shortcomings

QUICK = {
    "k_screened_max": 7,
    "k_max": 6,
    "resamples": 4,
    "probe_resamples": 2,
    "resample_rows": 300,
    "silhouette_rows": 200,
    "null_draws": 3,
    "gap_draws": 2,
    "initialisations": 3,
    "examined_full": 2,
    "prototypes_max": 8,
}


def quick(**changed):
    return Settings(**{**QUICK, **changed})


def chosen(fit):
    (trial,) = [trial for trial in fit.trials if trial.is_chosen]
    return trial


def entry(k, lowest, *, algorithm="kmeans", encoder="pca", mean_rand=1.0):
    """An entry whose probe and examination found the same lowest Jaccard."""
    probe = Resampled(jaccard=[[lowest]], rand=[mean_rand])
    trial = Trial(algorithm, encoder, k, jaccard_min=lowest)
    candidate = Candidate(algorithm, encoder, k)
    return Entry(candidate, trial, None, None, None, probe=probe)


def a_round(*entries, **changed):
    made = Round(np.zeros((1, 1)), np.zeros(1), names=["a"], settings=quick(**changed))
    made.entries.extend(entries)
    return made


def ranked(*entries, **changed):
    return [(e.trial.k, e.trial.algorithm) for e in a_round(*entries, **changed).rank()]


def test_every_algorithm_and_encoder_is_tried():
    values, _ = round_groups(rows=300)
    settings = quick(
        algorithms=tuple(ALGORITHMS),
        encoders=("none", "pca", "autoencoder"),
        k_screened_max=5,
        k_max=5,
    )
    fit = fit_segments(values, values[:, 0], settings=settings)
    keys = [(trial.algorithm, trial.encoder, trial.k) for trial in fit.trials]
    assert len(keys) == len(set(keys))
    tried = {(trial.algorithm, trial.encoder) for trial in fit.trials}
    # Without an accepted model there is nothing online k-means could go on from.
    without = [name for name in ALGORITHMS if name != "online_kmeans"]
    assert tried == {(a, e) for a in without for e in ("none", "pca", "autoencoder")}
    assert all(trial.reason.endswith(".") for trial in fit.trials)
    assert all(trial.silhouette is not None for trial in fit.trials)
    assert chosen(fit).k == fit.segment_count == 5
    # All find the five groups: the plainest is taken.
    assert fit.algorithm == "kmeans"
    assert fit.verdict == SEPARATE
    # Examined or not, the likeliest of each says how well SQL gives its segments.
    measured = {trial.algorithm for trial in fit.trials if trial.agreement is not None}
    assert measured == set(without)
    assert measured == {t.algorithm for t in fit.trials if t.surrogate_fidelity is not None}


def test_every_figure_of_the_best_is_there():
    values, _ = round_groups(rows=300)
    fit = fit_segments(
        values, values[:, 0], settings=quick(), features=("visits", "orders", "opens")
    )
    trial = chosen(fit)
    assert [name for name, value in vars(trial).items() if value is None] == []
    assert trial.most_sensitive_feature in ("visits", "orders", "opens")
    each = [part.split(": ") for part in trial.ari_without_each.split(", ")]
    assert sorted(name for name, _ in each) == ["opens", "orders", "visits"]
    assert each[0] == [trial.most_sensitive_feature, f"{trial.ari_without_feature:.2f}"]
    assert [ari for _, ari in each] == sorted(ari for _, ari in each)
    assert trial.resamples == 4
    assert sum(trial.is_elbow for trial in fit.trials) == 1
    assert trial.silhouette_gap == pytest.approx(trial.silhouette - trial.silhouette_null)
    examined = [trial for trial in fit.trials if trial.is_examined]
    assert len(examined) == 2
    # The gap statistic needs every k of a candidate.
    assert all(trial.gap is not None for trial in fit.trials)
    # A k that is only shown was not examined, and says so.
    shown = [trial for trial in fit.trials if not 4 <= trial.k <= 6]
    assert [trial.k for trial in shown] == [2, 3, 7]
    assert all("Shown for comparison" in trial.reason for trial in shown)


def test_the_same_round_twice():
    values, _ = bent_bands(rows=300)
    settings = quick(
        algorithms=("kmeans", "ward", "gaussian_mixture"), encoders=("none", "pca:kaiser")
    )
    first, second = (
        list(fits_rows(fit_segments(values, values[:, 0], settings=settings), "v")) for _ in "ab"
    )
    assert first == second


def test_one_gaussian_cloud_is_a_continuum():
    """One direction is so wide that its cuts come back: stable, and still no groups."""
    values = np.random.default_rng(1).normal(size=(1500, 3)) * [9, 0.5, 0.5]
    fit = fit_segments(values, values[:, 0], settings=quick(ari_min=0.5, jaccard_min=0.5))
    assert fit.algorithm == "kmeans"
    assert fit.verdict == CUTS
    assert "cuts of a continuum" in fit.reason


def test_isotropic_noise_is_left_to_the_rules():
    values = np.random.default_rng(1).normal(size=(800, 8))
    settings = quick(algorithms=("kmeans", "ward", "gaussian_mixture"), encoders=("none", "pca"))
    fit = fit_segments(values, values[:, 0], settings=settings)
    assert fit.algorithm == "rules"
    assert fit.verdict == CUTS
    assert not any(trial.is_chosen or trial.is_eligible for trial in fit.trials)
    assert "The nearest to it" in fit.reason
    # Something was looked at in full even so, and the reason has the figures of that.
    full = [trial for trial in fit.trials if trial.silhouette_gap is not None]
    assert len(full) == 2
    for trial in full:
        assert trial.resamples == 4
        assert f"lowest Jaccard {trial.jaccard_min:.2f} over 4 resamples" in trial.reason


# Six cuts only, so that it is quick.
SIX = {
    "encoders": ("none",),
    "k_screened_min": 6,
    "k_screened_max": 6,
    "k_min": 6,
    "k_max": 6,
    "resamples": 10,
    "resample_rows": 4000,
    "examined_full": 1,
    "initialisations": 10,
}


def test_isotropic_noise_of_two_features_is_left_to_the_rules():
    """Its cuts come back in resamples of the same sample, where chance has laid them."""
    values = np.random.default_rng(2).normal(size=(4000, 2))
    fit = fit_segments(values, values[:, 0], settings=quick(**SIX, noise_alpha=1))
    assert fit.segment_count == 6
    assert fit.verdict == CUTS
    fit = fit_segments(values, values[:, 0], settings=quick(**SIX))
    assert fit.algorithm == "rules"
    assert fit.verdict == CUTS
    assert "alike in all directions (Mauchly's test, p = 0.85)" in fit.reason
    (trial,) = fit.trials
    assert not trial.is_eligible
    assert trial.jaccard_min > 0.75
    assert "chance decides where a sample alike in all directions is cut" in trial.reason


def test_groups_in_all_directions_are_groups():
    """At the corners of a square: no feature says anything about the other."""
    generator = np.random.default_rng(1)
    corners = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    values = corners[np.arange(1000) % 4] + generator.normal(0, 0.3, (1000, 2))
    fit = fit_segments(values, values[:, 0], settings=quick(encoders=("none",)))
    assert fit.segment_count == 4
    assert fit.verdict == SEPARATE


def test_noise_does_not_pass_because_a_fit_starts_where_the_last_one_ended():
    values = np.random.default_rng(3).normal(size=(1500, 2))
    found = fit_clustering("kmeans", values, 6, seed=9, initialisations=1)
    incumbent = Incumbent(
        [f"s{label + 1:02d}" for label in found.labels],
        algorithm="kmeans",
        basis="model",
        last_number=6,
    )
    settings = quick(**SIX, algorithms=("kmeans", "online_kmeans"), noise_alpha=1)
    fit = fit_segments(values, values[:, 0], settings=settings, incumbent=incumbent)
    assert fit.algorithm == "rules"
    online = next(trial for trial in fit.trials if trial.algorithm == "online_kmeans")
    assert online.is_examined or "too far below the limit" in online.reason


def test_the_rows_of_a_fit_are_told(monkeypatch):
    monkeypatch.setitem(ALGORITHMS, "ward", replace(ALGORITHMS["ward"], rows_max=1000))
    values, _ = round_groups(rows=1100)
    fit = fit_segments(values, values[:, 0], settings=quick(algorithms=("kmeans", "ward")))
    rows = {(trial.algorithm, trial.rows_fitted) for trial in fit.trials}
    assert rows == {("kmeans", 1100), ("ward", 1000)}


def test_seeds_are_compared_only_where_they_are_used():
    values, _ = round_groups(rows=300)
    for name, is_drawn in (("ward", False), ("bisecting", True)):
        fit = fit_segments(values, values[:, 0], settings=quick(algorithms=(name,)))
        assert (chosen(fit).ari_seeds is not None) == is_drawn


def test_a_feature_that_says_nothing_is_not_missed(monkeypatch):
    """Although a fit of few rows differs from that of all: the reference is of the same rows."""
    monkeypatch.setattr(training, "FIXED_ROWS", 200)
    values = np.random.default_rng(1).normal(size=(900, 3)) * [1, 1, 1e-6]
    fit = fit_segments(
        values, values[:, 0], settings=quick(**SIX), features=("visits", "orders", "nothing")
    )
    (trial,) = fit.trials
    assert "nothing: 1.00" in trial.ari_without_each
    assert trial.ari_without_feature < 0.8


def test_more_segments_than_groups_are_called_out():
    values, _ = round_groups(rows=600)
    fit = fit_segments(values, values[:, 0], settings=quick())
    assert chosen(fit).k == 5
    assert "6 would be too many" in fit.reason
    examined = sum(trial.is_examined for trial in fit.trials)
    assert f"of {examined} candidates examined, the largest k" in fit.reason
    assert "The gap statistic" not in fit.reason
    six = next(trial for trial in fit.trials if trial.k == 6)
    assert "over-segmentation" in six.reason
    # Also where more than the largest number that may be chosen would be too many.
    fit = fit_segments(values, values[:, 0], settings=quick(k_max=5))
    assert "6 would be too many" in fit.reason
    six = next(trial for trial in fit.trials if trial.k == 6)
    assert "Shown for comparison" in six.reason
    assert "In 2 resamples of 2000 rows the lowest Jaccard is" in six.reason
    assert "over-segmentation" in six.reason


def test_the_gap_statistic_may_prefer_fewer():
    """Two crowds far apart, each of three lesser ones: six segments come back, two are groups."""
    generator = np.random.default_rng(1)
    part = generator.integers(0, 6, 600)
    places = np.array([[0, 0], [1, 0], [0.5, 0.9], [40, 0], [41, 0], [40.5, 0.9]])
    values = places[part] + generator.normal(0, 0.1, (600, 2))
    fit = fit_segments(values, values[:, 0], settings=quick(encoders=("none",)))
    assert fit.segment_count == 6
    assert "The gap statistic prefers 2: some segments may be parts of one group" in fit.reason


@pytest.mark.parametrize(
    ("figures", "null", "words"),
    [
        (
            {"silhouette": 0.22, "silhouette_null": 0.15, "silhouette_gap": 0.07},
            (0.14, 0.16),
            "the silhouette of 0.22 is only 0.07 above that of a cloud without groups (0.15); "
            "separate groups need 0.10.",
        ),
        (
            {"silhouette": 0.2496, "silhouette_null": 0.15, "silhouette_gap": 0.0996},
            (0.15, 0.15),
            "the silhouette of 0.25 is only 0.0996 above that of a cloud without groups (0.15); "
            "separate groups need 0.10.",
        ),
        (
            {"silhouette": 0.22, "silhouette_null": 0.15, "silhouette_gap": 0.07},
            (0.07, 0.23),
            "the silhouette of 0.22 is not above that of every cloud without groups (up to 0.23).",
        ),
    ],
)
def test_the_words_of_a_continuum_are_those_of_its_figures(figures, null, words):
    cuts = entry(5, 0.9)
    cuts.trial = replace(cuts.trial, **figures)
    cuts.null = null
    made = a_round(cuts)
    assert made.judge.verdict(cuts) == CUTS
    assert words in made.judge.decision_reason(cuts, CUTS)


def test_only_a_k_whose_fewer_come_back_is_one_too_many():
    entries = {
        (name, k): entry(k, lowest, algorithm=name)
        for name, lowests in {
            "kmeans": {5: 0.9, 6: 0.7, 7: 0.7},
            "ward": {4: 0.6, 5: 0.6, 6: 0.6},
            "bisecting": {4: 0.9, 6: 0.6},
        }.items()
        for k, lowest in lowests.items()
    }
    made = a_round(*entries.values(), algorithms=("kmeans", "ward", "bisecting"))
    for found in entries.values():
        found.trial.reason = "Rejected: looked at."
    best = entries["kmeans", 5]
    best.trial = replace(
        best.trial, is_chosen=True, is_examined=True, ari_resamples=0.9, surrogate_fidelity=0.9
    )
    made.judge.explain(best)
    called = {key for key, found in entries.items() if "over-segmentation" in found.trial.reason}
    assert called == {("kmeans", 6), ("kmeans", 7), ("bisecting", 6)}
    assert best.trial.reason.startswith("Chosen: of 1 candidate examined, the largest k whose")


def test_the_ranking_takes_the_largest_likely_k_first():
    found = ranked(entry(4, 0.9), entry(6, 0.3), entry(5, 0.7), jaccard_min=0.75)
    # 0.7 is within the margin of a probe, 0.3 is not.
    assert found == [(5, "kmeans"), (4, "kmeans"), (6, "kmeans")]


def test_the_ranking_takes_k_means_first_unless_another_is_clearly_more_stable():
    settings = {"algorithms": ("ward", "kmeans", "bisecting"), "better_by": 0.05}
    found = ranked(
        entry(5, 0.84, algorithm="ward"),
        entry(5, 0.8),
        entry(5, 0.9, algorithm="bisecting"),
        **settings,
    )
    assert found == [(5, "bisecting"), (5, "kmeans"), (5, "ward")]


def test_one_k_does_not_use_up_the_examinations():
    many = [
        entry(6, 0.9, algorithm=name, encoder=encoder)
        for name in ("kmeans", "ward")
        for encoder in ("none", "pca")
    ]
    found = ranked(*many, entry(5, 0.8), algorithms=("kmeans", "ward"), encoders=("none", "pca"))
    assert found == [(6, "kmeans"), (6, "kmeans"), (6, "ward"), (5, "kmeans"), (6, "ward")]


@pytest.mark.parametrize(
    ("lowest", "expected"), [(0.93, "kmeans"), (0.85, "ward")], ids=["plain", "clearly better"]
)
def test_of_the_same_k_the_plainest_unless_another_is_clearly_better(lowest, expected):
    rivals = [entry(5, 0.95, algorithm="ward"), entry(5, lowest), entry(4, 1.0)]
    found = a_round(*rivals, algorithms=("ward", "kmeans"), better_by=0.05).judge.choose(rivals)
    assert (found.trial.k, found.trial.algorithm) == (5, expected)
    assert [e.trial.is_chosen for e in rivals].count(True) == 1


def test_nothing_that_passes_is_nothing_chosen():
    assert a_round(entry(5, 0.1)).judge.choose([]) is None


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"jaccard_min": 0.74, "resamples": 7}, "lowest Jaccard 0.74 over 7 resamples, the limit"),
        # Not 0.75, the limit is 0.75.
        ({"jaccard_min": 0.7496, "resamples": 7}, "lowest Jaccard 0.7496 over 7 resamples"),
        ({"ari_resamples": 0.79}, "mean adjusted Rand index 0.79, the limit is 0.8"),
        ({"smallest_share": 0.019}, "the smallest segment holds 1.9%, the limit is 2%"),
        ({"unassigned_share": 0.2}, "20% of the customers belong to no segment"),
        ({"surrogate_fidelity": 0.7}, "fidelity of the surrogate tree 0.70, the limit is 0.8"),
        ({"agreement": 0.9}, "agreement of SQL with the library 0.90, the limit is 0.97"),
    ],
)
def test_every_clause_refuses_in_words(figures, words):
    fine = {
        "jaccard_min": 0.75,
        "ari_resamples": 0.80,
        "smallest_share": 0.02,
        "unassigned_share": 0.1,
        "surrogate_fidelity": 0.80,
        "agreement": 0.97,
    }
    assert shortcomings(Trial("kmeans", "pca", 5, **fine), Settings()) == []
    (found,) = shortcomings(Trial("kmeans", "pca", 5, **{**fine, **figures}), Settings())
    assert words in found


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"jaccard_min": 1.0, "probe_margin": 1.0}, "lowest Jaccard"),
        ({"ari_min": 1.0}, "mean adjusted Rand index"),
        ({"fidelity_min": 1.0}, "fidelity of the surrogate tree"),
    ],
)
def test_every_clause_decides(limits, words):
    values, _ = round_groups(rows=300, spread=2.5)
    loose = {"jaccard_min": 0.1, "ari_min": 0.1, "fidelity_min": 0.1}
    settings = quick(k_screened_max=6, k_min=5, k_max=5, examined_full=1, **loose)
    assert fit_segments(values, values[:, 0], settings=settings).algorithm == "kmeans"
    settings = quick(k_screened_max=6, k_min=5, k_max=5, examined_full=1, **{**loose, **limits})
    fit = fit_segments(values, values[:, 0], settings=settings)
    assert fit.algorithm == "rules"
    assert any(words in trial.reason for trial in fit.trials if trial.k == 5)


def test_the_agreement_decides():
    """One prototype a segment is another segmentation than the library's, several are not."""
    values, _ = bent_bands(rows=500)
    how = {
        "algorithms": ("bisecting",),
        "encoders": ("none",),
        "k_screened_max": 5,
        "k_min": 5,
        "k_max": 5,
        "jaccard_min": 0,
        "ari_min": 0,
        "initialisations": 10,
    }
    fit = fit_segments(values, values[:, 0], settings=quick(**how))
    assert fit.segment_count == 5
    assert chosen(fit).agreement >= 0.97
    assert len(fit.prototypes) > 5
    fit = fit_segments(values, values[:, 0], settings=quick(**{**how, "prototypes_max": 1}))
    assert fit.algorithm == "rules"
    assert "agreement of SQL with the library" in fit.reason


def test_noise_may_stay_without_a_segment_up_to_a_limit():
    groups, _ = round_groups(rows=400)
    values, is_noise = with_noise(groups, share=0.06)
    settings = quick(algorithms=("hdbscan",), encoders=("none",))
    fit = fit_segments(values, values[:, 0], settings=settings)
    assert fit.algorithm == "hdbscan"
    assert fit.segment_count == chosen(fit).k == 5
    assert all(prototype.radius is not None for prototype in fit.prototypes)
    assert 0 < chosen(fit).unassigned_share <= 0.1
    labels = assign(values, fit.prototypes)
    assert (labels[is_noise] == -1).mean() > 0.9
    fit = fit_segments(
        values,
        values[:, 0],
        settings=quick(algorithms=("hdbscan",), encoders=("none",), unassigned_max=0.01),
    )
    assert fit.algorithm == "rules"


def test_online_k_means_goes_on_from_the_segments_in_force():
    values, truth = round_groups(rows=400)
    incumbent = Incumbent(
        [f"s{group + 11}" for group in truth], algorithm="ward", basis="model", last_number=15
    )
    settings = quick(algorithms=("online_kmeans",))
    fit = fit_segments(values + 0.1, truth, settings=settings, incumbent=incumbent)
    assert fit.algorithm == "online_kmeans"
    assert fit.segment_count == 5
    # Ids are kept, whatever the order value says now.
    assert fit.segment_ids == ("s11", "s12", "s13", "s14", "s15")
    assert (assign(fit.encoder.encode(values + 0.1), fit.prototypes) == truth).all()
    assert "go on from the segments in force" in fit.reason
    assert fit_segments(values, truth, settings=settings).algorithm == "rules"


def test_what_is_stored_is_what_was_judged():
    """The chosen trial's shares are those of the prototypes, in the space of the stored layers."""
    values, _ = bent_bands(rows=500)
    for name in ("kmeans", "bisecting", "gaussian_mixture"):
        settings = quick(algorithms=(name,), jaccard_min=0, ari_min=0, fidelity_min=0)
        fit = fit_segments(values, values[:, 0], settings=settings)
        labels = assign(fit.encoder.encode(values), fit.prototypes)
        sizes = np.bincount(labels, minlength=fit.segment_count)
        assert chosen(fit).smallest_share == sizes.min() / len(values)
        # Numbered by the falling order value.
        means = [values[labels == segment, 0].mean() for segment in range(fit.segment_count)]
        assert means == sorted(means, reverse=True)


def test_progress_is_told():
    told = []
    values, _ = round_groups(rows=300)
    fit_segments(values, values[:, 0], settings=quick(), report=told.append)
    assert told[0] == "screening k-means behind pca"
    assert any(line.startswith("examining 5 segments") for line in told)
    assert any(line.startswith("all figures of 5 segments") for line in told)


def test_names_must_fit_the_features():
    values, _ = round_groups(rows=300)
    with pytest.raises(ValueError, match="2 names for 3 features"):
        fit_segments(values, values[:, 0], settings=quick(), features=("a", "b"))


def test_rows_of_a_smaller_bound_are_among_those_of_a_larger_one():
    for count in (300, 7001, 23_456):
        bounds = (200, 5000, 10_000, 20_000)
        rows = [set(nested_rows(count, bound)) for bound in bounds]
        assert [len(found) for found in rows] == [min(count, bound) for bound in bounds]
        assert rows[0] <= rows[1] <= rows[2] <= rows[3]


def test_every_algorithm_has_words():
    assert set(WORDS) == set(ALGORITHMS)
