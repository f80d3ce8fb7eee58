"""Every algorithm finds planted groups, gives the same twice, and says what it cannot do."""

import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster
from segmentation_samples import GROUP_CENTRES, bent_bands, round_groups, with_noise
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from coterie.segmentation import ALGORITHMS, Candidate, Settings, candidates, fit_clustering
from coterie.segmentation.algorithms import (
    LINKAGES,
    cut_tree,
    dbscan,
    fit_each_k,
    gaussian_mixture,
    knee_radius,
    linkage_tree,
    online_kmeans,
)
from coterie.segmentation.numerics import even_rows

GROUPS = len(GROUP_CENTRES)


def fit(name, points, k=GROUPS, **settings):
    if ALGORITHMS[name].finds_k:
        k = None
    elif ALGORITHMS[name].needs_start:
        # The accepted prototypes: near to what is there today, but not on it.
        settings["start"] = GROUP_CENTRES[:k] + 0.7
    return fit_clustering(name, points, k, seed=1, **settings)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_planted_groups_are_found(name):
    points, truth = round_groups()
    clustering = fit(name, points)
    assert clustering.k == GROUPS
    assigned = clustering.labels >= 0
    # The knee of DBSCAN lies within the tails of round groups.
    assert assigned.mean() >= (0.9 if clustering.is_density else 1)
    assert adjusted_rand_score(truth[assigned], clustering.labels[assigned]) == 1


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_same_points_give_the_same_labels(name):
    points, _ = bent_bands(rows=600)
    first, second = (fit(name, points).labels for _ in range(2))
    assert (first == second).all()
    assert sorted(set(first) - {-1}) == list(range(first.max() + 1))


@pytest.mark.parametrize("name", ["kmeans", "bisecting", "gaussian_mixture", "online_kmeans"])
def test_what_the_library_predicts_is_in_the_same_numbers(name):
    points, _ = round_groups()
    clustering = fit(name, points)
    assert (clustering.predict(points) == clustering.labels).all()


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_noise_is_left_unassigned(name):
    groups, _ = round_groups()
    points, is_noise = with_noise(groups)
    clustering = fit(name, points)
    assert clustering.k == GROUPS
    assert (clustering.labels[is_noise] == -1).mean() > 0.95
    assert (clustering.labels[~is_noise] == -1).mean() < 0.1


def test_density_follows_bent_bands():
    points, band = bent_bands(spread=0.04)
    for clustering in (fit("hdbscan", points), dbscan(points, radius=0.35)):
        assigned = clustering.labels >= 0
        assert clustering.k == 3
        assert assigned.mean() > 0.95
        assert adjusted_rand_score(band[assigned], clustering.labels[assigned]) > 0.99
    # What the other algorithms make of them: cells.
    assert adjusted_rand_score(band, fit("kmeans", points, 3).labels) < 0.7


@pytest.mark.parametrize("method", ["ward", "average", "complete"])
@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_a_tree_is_cut_as_the_library_cuts_it(method, k):
    points, _ = bent_bands(rows=300)
    tree = linkage_tree(points, method)
    expected = fcluster(tree, k, criterion="maxclust")
    clustering = cut_tree(tree, k)
    assert clustering.k == k
    assert adjusted_rand_score(expected, clustering.labels) == 1


def test_centroid_linkage_gives_k_groups_where_heights_fall():
    """An equilateral triangle: the merged pair lies nearer to the third point than its height."""
    points = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]])
    tree = linkage_tree(points, "centroid")
    assert tree[1, 2] < tree[0, 2]
    assert len(np.unique(fcluster(tree, 2, criterion="maxclust"))) == 1
    assert cut_tree(tree, 2).labels.tolist() == [0, 0, 1]
    assert cut_tree(tree, 3).labels.tolist() == [0, 1, 2]


@pytest.mark.parametrize("name", ["ward", "centroid", "kmeans", "gaussian_mixture"])
def test_each_k_equals_one_k(name):
    points, _ = bent_bands(rows=300)
    for k, clustering in fit_each_k(name, points, (2, 4, 7), seed=1):
        assert (clustering.labels == fit(name, points, k).labels).all()


def test_online_k_means_goes_on_from_its_start():
    """Segments keep their place in the list, and follow customers who moved."""
    points, truth = round_groups()
    order = np.array([3, 1, 4, 0, 2])
    moved = online_kmeans(points + 0.4, start=GROUP_CENTRES[order])
    assert (order[moved.labels] == truth).all()
    np.testing.assert_allclose(moved.centres, GROUP_CENTRES[order] + 0.4, atol=0.2)


def test_online_k_means_keeps_a_small_segment():
    """The library would place the centre of so few anew; a segment is not another one at random."""
    generator = np.random.default_rng(1)
    is_small = generator.permutation(np.arange(3000) < 60)
    points = np.where(is_small, 6.0, 0.0)[:, None] + generator.normal(0, 0.5, (3000, 2))
    found = online_kmeans(points, start=np.array([[0.0, 0.0], [6.0, 6.0]]))
    assert (found.labels == is_small).all()
    np.testing.assert_allclose(found.centres, [[0, 0], [6, 6]], atol=0.2)


@pytest.mark.parametrize("name", ["kmeans", "gaussian_mixture"])
def test_a_start_keeps_the_order(name):
    points, truth = round_groups()
    order = np.array([3, 1, 4, 0, 2])
    found = fit_clustering(name, points, GROUPS, seed=1, start=GROUP_CENTRES[order])
    assert (order[found.labels] == truth).all()


def test_a_mixture_can_start_where_there_is_nobody():
    points, truth = round_groups()
    start = np.vstack([GROUP_CENTRES, [[500.0, 500.0, 500.0]]])
    found = fit_clustering("gaussian_mixture", points, GROUPS + 1, seed=1, start=start)
    assert np.isfinite(found.likelihood)
    assert (found.labels == truth).mean() > 0.99


def test_k_means_is_the_library_s():
    points, _ = bent_bands(rows=300)
    model = KMeans(4, n_init=10, random_state=1).fit(points)
    found = fit("kmeans", points, 4)
    assert (found.labels == model.labels_).all()
    assert found.inertia == model.inertia_


def test_a_group_without_points_is_left_out():
    points = np.repeat(np.array([[0.0, 0.0], [5.0, 5.0]]), 20, axis=0)
    found = fit("kmeans", points, 3)
    assert found.k == 2
    assert found.centres.shape == (2, 2)
    assert (found.predict(points) == found.labels).all()


def test_a_mixture_keeps_off_customers_who_are_all_the_same():
    """Without a floor, a component on equal points would have no variance at all."""
    points, _ = round_groups(rows=200)
    points[:50] = 3.0
    found = gaussian_mixture(points, GROUPS + 1, seed=1)
    np.testing.assert_allclose(found.precisions.max(), 1000)


def test_the_knee_of_a_dense_crowd_and_a_few_far_away():
    line = np.arange(100.0)
    points = np.concatenate([line, 1000 + 50 * line[:10]])[:, None]
    # Two neighbours besides itself: 1 or 2 within the line, 50 or 100 far away.
    assert knee_radius(points, 3) == 2
    assert (dbscan(points, neighbours=3).labels[:100] == 0).all()
    assert (dbscan(points, neighbours=3).labels[100:] == -1).all()


def test_the_knee_of_points_that_are_all_the_same_is_a_radius():
    assert knee_radius(np.ones((20, 2)), 5) > 0
    assert (dbscan(np.ones((20, 2))).labels == 0).all()


@pytest.mark.parametrize(
    ("name", "k", "start", "words"),
    [
        ("spectral", 3, None, "unknown algorithm"),
        ("kmeans", None, None, "needs k"),
        ("ward", 0, None, "needs k"),
        ("ward", 61, None, "needs k"),
        ("hdbscan", 3, None, "itself"),
        ("online_kmeans", 3, None, "centres to go on from"),
        ("online_kmeans", 3, np.zeros((2, 3)), "centres to go on from"),
        ("ward", 3, np.zeros((3, 3)), "does not start"),
        ("bisecting", 3, np.zeros((3, 3)), "does not start"),
    ],
)
def test_what_an_algorithm_cannot_do_is_refused(name, k, start, words):
    with pytest.raises(ValueError, match=words):
        fit_clustering(name, np.zeros((60, 3)), k, seed=1, start=start)


def test_candidates():
    settings = Settings(
        algorithms=("kmeans", "ward", "hdbscan", "online_kmeans"),
        encoders=("pca", "none"),
        k_screened_min=3,
        k_screened_max=5,
        k_max=6,
    )
    found = list(candidates(settings, accepted_k=5))
    assert len(found) == len(set(found)) == 2 * (4 + 4 + 1 + 1)
    assert Candidate("ward", "none", 6) in found
    assert Candidate("hdbscan", "pca", None) in found
    assert [c.k for c in found if c.algorithm == "online_kmeans"] == [5, 5]
    cold = list(candidates(settings))
    assert set(found) - set(cold) == {
        Candidate("online_kmeans", encoder, 5) for encoder in ("pca", "none")
    }
    assert [c.k for c in candidates(Settings())] == list(range(2, 13))


def test_an_unknown_candidate_is_refused():
    with pytest.raises(ValueError, match="unknown algorithm spectral"):
        list(candidates(Settings(algorithms=("spectral",))))


@pytest.mark.parametrize(
    "wrong", [{"algorithms": ()}, {"encoders": ()}, {"prototypes_max": 0}], ids=str
)
def test_settings_without_a_candidate_are_refused(wrong):
    with pytest.raises(ValueError, match="at least"):
        Settings(**wrong)


def test_rows_at_even_distances():
    assert even_rows(10, 20).tolist() == list(range(10))
    assert even_rows(101, 5).tolist() == [0, 25, 50, 75, 100]
    assert even_rows(0, 5).tolist() == []


def test_linkages_are_algorithms():
    assert set(LINKAGES) < set(ALGORITHMS)
