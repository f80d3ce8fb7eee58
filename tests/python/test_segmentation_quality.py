"""Figures of a labelling: known answers, the library's answers, and the refits behind them."""

import numpy as np
import pytest
from segmentation_samples import round_groups, with_noise
from sklearn.metrics import adjusted_rand_score, silhouette_score

from coterie.segmentation import fit_clustering, fit_each_k
from coterie.segmentation.quality import (
    calinski_harabasz,
    davies_bouldin,
    dunn,
    elbow,
    gap_prefers,
    gap_statistic,
    gaussian_null,
    inertia,
    pairwise,
    silhouette,
    sphericity,
)
from coterie.segmentation.stability import rand_over_seeds, resample, without_each_feature
from coterie.segmentation.surrogate import fidelity, fit_tree


def labels_of(name, k):
    return lambda points, seed: fit_clustering(name, points, k, seed=seed).labels


def each_k(points, ks):
    for k, clustering in fit_each_k("kmeans", points, ks, seed=1):
        yield k, clustering.labels


@pytest.mark.parametrize("k", [2, 5, 7])
def test_the_silhouette_is_the_library_s(k):
    points, _ = round_groups(rows=200, spread=2)
    labels = labels_of("kmeans", k)(points, 1)
    found = silhouette(pairwise(points), labels)
    assert found == pytest.approx(silhouette_score(points, labels), abs=1e-12)


def test_a_row_alone_in_its_group_has_a_silhouette_of_0():
    points = np.array([[0.0], [1.0], [9.0]])
    labels = np.array([0, 0, 1])
    assert silhouette(pairwise(points), labels) == pytest.approx(silhouette_score(points, labels))
    # Rows on top of each other, in two groups, have none either.
    assert silhouette(np.zeros((4, 4)), np.array([0, 0, 1, 1])) == 0


def test_figures_leave_unassigned_rows_out():
    groups, _ = round_groups(rows=200)
    points, _ = with_noise(groups)
    labels = labels_of("hdbscan", None)(points, 1)
    kept = labels >= 0
    assert not kept.all()
    assert silhouette(pairwise(points), labels) == silhouette(pairwise(points[kept]), labels[kept])
    for figure in (davies_bouldin, calinski_harabasz, inertia):
        assert figure(points, labels) == figure(points[kept], labels[kept])
    assert dunn(pairwise(points), labels) == dunn(pairwise(points[kept]), labels[kept])


@pytest.mark.parametrize("labels", [np.full(4, -1), np.zeros(4, dtype=int), np.arange(4)])
def test_one_group_and_a_group_a_row_have_no_figures(labels):
    points = np.arange(4.0)[:, None] ** 2
    assert silhouette(pairwise(points), labels) is None
    assert davies_bouldin(points, labels) is None
    assert calinski_harabasz(points, labels) is None
    assert dunn(pairwise(points), labels) is None


def test_dunn_by_hand():
    """Groups of width 2 and 1, the nearest rows of both 6 apart."""
    points = np.array([0.0, 2.0, 8.0, 9.0])[:, None]
    assert dunn(pairwise(points), np.array([0, 0, 1, 1])) == 3


def test_the_elbow_by_hand():
    assert elbow({2: 100, 3: 40, 4: 30, 5: 25, 6: 20}) == 3
    assert elbow({2: 100, 3: 90, 4: 80, 5: 20, 6: 19}) == 5
    assert elbow({2: 100, 3: 40}) is None
    assert elbow({2: 10, 3: 10, 4: 10}) is None


def test_the_gap_statistic_finds_how_many_groups_there_are():
    points, _ = round_groups(rows=400)
    gaps = gap_statistic(points, range(2, 9), each_k, rows=300, draws=5, seed=1)
    assert set(gaps) == set(range(1, 9))
    assert gap_prefers(gaps) == 5
    assert all(error > 0 for _, error in gaps.values())


def test_the_gap_statistic_by_hand():
    """Two rows a group: the logarithm of the inertia is known, that of the drawn ones is above."""
    points = np.array([[0.0], [2.0], [10.0], [12.0]])
    gaps = gap_statistic(points, [2], each_k, rows=4, draws=20, seed=1)
    gap, error = gaps[2]
    generator = np.random.default_rng([1, 20])
    drawn = []
    for _ in range(20):
        uniform = np.sort(generator.uniform(-6, 6, (4, 1))[:, 0])
        drawn.append(
            min(
                inertia(uniform[:, None], np.array(labels))
                for labels in ([0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1])
            )
        )
    assert gap == pytest.approx(np.mean(np.log(drawn)) - np.log(4))
    assert error == pytest.approx(np.std(np.log(drawn)) * np.sqrt(1 + 1 / 20))


def test_the_gap_statistic_knows_a_cloud_without_groups():
    noise = np.random.default_rng(1).normal(size=(200, 3))
    gaps = gap_statistic(noise, range(2, 4), each_k, rows=200, draws=3, seed=1)
    assert gap_prefers(gaps) == 1
    # One group by hand: the logarithm of the inertia of the rows themselves.
    points = np.array([[0.0], [2.0], [10.0], [12.0]])
    gap, _ = gap_statistic(points, [2], each_k, rows=4, draws=20, seed=1)[1]
    generator = np.random.default_rng([1, 20])
    drawn = [np.log(4 * generator.uniform(-6, 6, (4, 1)).var()) for _ in range(20)]
    assert gap == pytest.approx(np.mean(drawn) - np.log(4 * points.var()))


def test_one_group_is_preferred_only_where_no_k_is_better():
    halves_are_no_better = {1: (1.0, 0.1), 2: (0.9, 0.1), 3: (1.0, 0.1)}
    assert gap_prefers(halves_are_no_better) == 1
    assert gap_prefers({**halves_are_no_better, 5: (2.0, 0.1)}) == 2
    assert gap_prefers({1: (1.0, 0.1), 2: (1.05, 0.1)}) == 1
    assert gap_prefers({1: (1.0, 0.1), 2: (1.5, 0.1), 3: (1.4, 0.1)}) == 2


def test_sphericity_is_the_chance_of_a_cloud_alike_in_all_directions():
    generator = np.random.default_rng(1)
    for features in (2, 5):
        noise = [generator.normal(size=(200, features)) for _ in range(400)]
        chances = [sphericity(values) for values in noise]
        # A chance is below 5 % in one draw of 20: three standard errors of 400 draws are 0.033.
        assert np.mean(np.array(chances) < 0.05) == pytest.approx(0.05, abs=0.033)
    noise = generator.normal(size=(500, 3))
    # Turned, moved and enlarged it is the same cloud.
    turn, _ = np.linalg.qr(generator.normal(size=(3, 3)))
    assert sphericity(7 * noise @ turn + 5) == pytest.approx(sphericity(noise))
    assert sphericity(noise * [1, 1, 1.5]) < 1e-6
    assert sphericity(noise @ [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]) < 1e-6


def test_sphericity_by_hand():
    """Mauchly's W of two features is the determinant by the square of the mean variance."""
    values = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0], [3.0, 5.0], [4.0, 1.0], [5.0, 0.0]])
    (a, b), (_, c) = np.cov(values, rowvar=False)
    w = (a * c - b * b) / ((a + c) / 2) ** 2
    # n - 1 - (2 p^2 + p + 2) / (6 p), two degrees of freedom: the tail is exp(-x / 2).
    assert sphericity(values) == pytest.approx(np.exp((5 - 1) * np.log(w) / 2))
    # A feature that is the same for all is none.
    assert sphericity(np.column_stack([values, np.ones(6)])) == sphericity(values)


@pytest.mark.parametrize("values", [np.ones((9, 2)), np.arange(9.0)[:, None], np.ones((1, 1))])
def test_a_line_has_one_direction(values):
    assert sphericity(values) == 0
    assert sphericity(np.column_stack([values, values])) == 0


def test_the_gap_that_is_preferred_is_the_first_within_one_error_of_the_next():
    assert gap_prefers({2: (1.0, 0.1), 3: (1.05, 0.1), 4: (2.0, 0.1)}) == 2
    assert gap_prefers({2: (1.0, 0.1), 3: (1.5, 0.1), 4: (1.4, 0.1)}) == 3
    assert gap_prefers({2: (1.0, 0.1), 3: (1.5, 0.1)}) is None
    assert gap_prefers({}) is None


def test_the_null_has_the_covariance_of_the_values():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(500, 3)) @ np.array([[2, 1, 0], [0, 1, 0], [0, 0, 0.0]]) + 5
    clouds = list(gaussian_null(values, rows=20_000, draws=2, seed=1))
    for cloud in clouds:
        np.testing.assert_allclose(cloud.mean(axis=0), values.mean(axis=0), atol=0.1)
        np.testing.assert_allclose(np.cov(cloud.T), np.cov(values.T), atol=0.2)
    assert (clouds[0] != clouds[1]).any()


def test_resamples_go_on_where_they_ended():
    points, _ = round_groups(rows=200, spread=2.5)
    labels = labels_of("kmeans", 6)(points, 1)
    how = {"rows": 150, "seed": 1}
    refit = labels_of("kmeans", 6)
    whole = resample(points, labels, refit, resamples=6, **how)
    part = resample(points, labels, refit, resamples=2, **how)
    assert part.resamples == 2
    assert resample(points, labels, refit, resamples=6, so_far=part, **how) == whole


def test_resamples_end_only_where_the_limit_is_out_of_reach():
    points = np.random.default_rng(1).normal(size=(300, 4))
    labels = labels_of("kmeans", 6)(points, 1)
    how = {"rows": 200, "resamples": 20, "seed": 1}
    whole = resample(points, labels, labels_of("kmeans", 6), **how)
    cut = resample(points, labels, labels_of("kmeans", 6), limit=0.75, **how)
    assert cut.resamples < whole.resamples == 20
    assert whole.lowest < 0.75
    assert resample(points, labels, labels_of("kmeans", 6), limit=0.1, **how) == whole


def test_rows_drawn_twice_are_no_dense_place():
    """Of few points, most of those drawn are drawn again: to DBSCAN each would be a group."""
    points, _ = round_groups(rows=300)
    labels = labels_of("hdbscan", None)(points, 1)
    how = {"rows": 300, "resamples": 3, "seed": 1}
    refit = labels_of("hdbscan", None)
    assert resample(points, labels, refit, keep_repeats=False, **how).lowest > 0.9


def test_seeds_do_not_matter_where_there_are_groups():
    points, _ = round_groups(rows=300)
    how = {"rows": 200, "seeds": 4, "seed": 1}
    assert rand_over_seeds(points, labels_of("kmeans", 5), **how) == 1
    assert rand_over_seeds(points, labels_of("ward", 5), **how) == 1
    noise = np.random.default_rng(1).normal(size=(300, 6))

    def one_start(points, seed):
        return fit_clustering("kmeans", points, 8, seed=seed, initialisations=1).labels

    assert rand_over_seeds(noise, one_start, **how) < 0.9


def test_the_feature_that_makes_the_groups_is_the_most_sensitive():
    generator = np.random.default_rng(1)
    truth = np.arange(300) % 4
    values = generator.normal(0, 0.1, (300, 4))
    values[:, 1] += truth // 2 * 10
    values[:, 2] += truth % 2 * 5
    values[:, 3] = 7.0

    def refit(values, position):
        return labels_of("kmeans", 4)(np.delete(values, position, axis=1), 1)

    found = dict(
        (name, index)
        for index, name in without_each_feature(values, truth, refit, names=["a", "b", "c", "d"])
    )
    # What is the same for everyone cannot be missed.
    assert set(found) == {"a", "b", "c"}
    assert found["a"] == 1
    assert max(found["b"], found["c"]) < 0.7


def test_a_tree_explains_what_follows_the_features():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(600, 3))
    labels = (values[:, 0] > 0).astype(int) + 2 * (values[:, 1] > 0.5)
    assert fidelity(values, labels, leaves=12) > 0.97
    # Two rules cannot say four segments.
    assert fidelity(values, labels, leaves=2) < 0.8
    by_chance = generator.integers(0, 4, 600)
    assert fidelity(values, by_chance, leaves=12) < 0.4
    assert fit_tree(values, labels, leaves=5).get_n_leaves() <= 5


def test_fidelity_is_of_customers_the_tree_has_not_seen():
    """Labels that repeat with the rows: a fold of every fifth row would never see one of them."""
    labels = np.arange(500) % 5
    assert fidelity(labels[:, None].astype(float), labels, leaves=15) == 1
    values = np.random.default_rng(1).normal(size=(500, 1))
    tree = fit_tree(values, labels, leaves=100)
    assert (tree.predict(values) == labels).mean() > fidelity(values, labels, leaves=100) + 0.1


def test_the_resampled_index_is_the_library_s():
    points, _ = round_groups(rows=200, spread=2)
    labels = labels_of("kmeans", 5)(points, 1)
    found = resample(points, labels, labels_of("kmeans", 5), rows=200, resamples=1, seed=9)
    drawn = np.sort(np.random.default_rng([9, 200]).integers(0, 200, size=200))
    again = labels_of("kmeans", 5)(points[drawn], 10)
    _, first = np.unique(drawn, return_index=True)
    assert found.mean_rand == adjusted_rand_score(labels[drawn[first]], again[first])
