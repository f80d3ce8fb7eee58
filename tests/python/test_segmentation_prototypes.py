"""Prototypes give SQL what the library gives, and the tests measure how nearly."""

from functools import partial

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from segmentation_samples import GROUP_CENTRES, bent_bands, round_groups, with_noise

from coterie.frames import with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import (
    Clustering,
    Prototype,
    assign,
    fit_clustering,
    nearest,
    represent,
    round_significant,
)
from coterie.segmentation.algorithms import LINKAGES
from coterie.segmentation.prototypes import (
    covering_prototypes,
    held_out,
    prototypes_of,
    refined_prototypes,
    renumber,
    scores,
    with_radii,
)
from coterie.segmentation.rows import prototype_rows

# segment_assignments in short: the first of all prototypes within its radius, by score, then
# segment and number.
ASSIGN_SQL = """
select
    points.position,
    arg_min(prototypes.segment_id, {{
        'score': prototypes.score,
        'segment_id': prototypes.segment_id,
        'prototype': prototypes.prototype
    }}) filter (prototypes.radius is null or prototypes.score <= prototypes.radius) as segment_id
from points
cross join lateral (
    select
        segment_id,
        prototype,
        radius,
        {score} as score
    from rows
) as prototypes
group by points.position
order by points.position
"""
DISTANCE = "list_distance(points.vector, rows.vector)"
MIXTURE = """
list_sum([
    (points.vector[i] - rows.vector[i]) * (points.vector[i] - rows.vector[i])
    * rows.precision_vector[i]
    for i in range(1, len(rows.vector) + 1)
]) - rows.score_offset
"""


def refit(name, k, **settings):
    return partial(fit_clustering, name, k=k, seed=1, **settings)


def represented(name, points, k, **settings):
    again = refit(name, k, **settings)
    return represent(points, again(points), refit=again)


def by_sql(points, prototypes):
    rows = with_schema(prototype_rows(prototypes), SEGMENT_FITS)
    table = pa.table({"position": np.arange(len(points)), "vector": points.tolist()})
    score = DISTANCE if prototypes[0].precision is None else MIXTURE
    with duckdb.connect() as connection:
        connection.register("points", table)
        connection.register("rows", rows)
        found = connection.sql(ASSIGN_SQL.format(score=score)).fetchall()
    return np.array([-1 if id_ is None else int(id_[1:]) - 1 for _, id_ in found])


def one_centre_each(points, labels):
    return covering_prototypes(points, labels, per_segment=1, seed=1)


@pytest.mark.parametrize("k", [2, 5, 8])
def test_k_means_is_given_exactly(k):
    points, _ = bent_bands()
    found = represented("kmeans", points, k)
    assert found.agreement == 1
    assert found.per_segment == 1
    assert len(found.prototypes) == k


def test_online_k_means_is_given_exactly():
    points, _ = round_groups()
    found = represented("online_kmeans", points, 5, start=GROUP_CENTRES + 0.5)
    assert found.agreement == 1


@pytest.mark.parametrize("k", [2, 5, 8])
def test_a_mixture_is_given_with_its_precisions(k):
    points, _ = bent_bands()
    found = represented("gaussian_mixture", points, k)
    assert found.agreement >= 0.99
    assert found.per_segment == 1
    # The centres alone are another segmentation.
    clustering = refit("gaussian_mixture", k)(points)
    assert (nearest(points, clustering.centres) == clustering.labels).mean() < 0.99


def test_scores_of_a_mixture_are_log_likelihoods():
    points, _ = bent_bands(rows=300)
    clustering = refit("gaussian_mixture", 3)(points)
    found = scores(points, prototypes_of(points, clustering))
    densities = np.column_stack(
        [
            np.prod(np.sqrt(p / (2 * np.pi)) * np.exp(-p * (points - m) ** 2 / 2), axis=1) * w
            for m, p, w in zip(
                clustering.centres, clustering.precisions, clustering.weights, strict=True
            )
        ]
    )
    constant = points.shape[1] * np.log(2 * np.pi)
    np.testing.assert_allclose(found + constant, -2 * np.log(densities), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("method", [*LINKAGES, "bisecting"])
def test_several_prototypes_agree_where_one_centroid_does_not(method):
    points, _ = bent_bands()
    held = held_out(len(points))
    labels = refit(method, 6)(points).labels
    centroids = one_centre_each(points[~held], labels[~held])
    assert (assign(points[held], centroids) == labels[held]).mean() < 0.97
    found = represented(method, points, 6)
    assert found.agreement >= 0.97
    # What is returned, made of all rows, gives the labels of all rows.
    assert (assign(points, found.prototypes) == labels).mean() >= 0.97


def test_bands_that_interlock_need_several_prototypes():
    """However a single one is placed, its cells are convex."""
    points, band = bent_bands(spread=0.04)
    bands = Clustering(labels=band)
    one = represent(points, bands, refit=None, prototypes_max=1)
    several = represent(points, bands, refit=None, agreement_min=0.99)
    assert one.agreement < 0.97
    assert several.agreement >= 0.99
    assert several.per_segment > 1
    assert len(several.prototypes) == 3 * several.per_segment


def test_the_cap_is_kept_and_the_best_number_taken():
    """Labels at random: nothing agrees, and more prototypes are no better."""
    points, _ = round_groups()
    labels = np.random.default_rng(1).integers(0, 3, len(points))
    found = represent(points, Clustering(labels=labels), refit=None, prototypes_max=6)
    assert found.per_segment in (1, 2, 4, 6)
    assert len(found.prototypes) <= 3 * 6
    assert found.agreement < 0.5


@pytest.mark.parametrize("name", ["dbscan", "hdbscan"])
def test_density_prototypes_leave_noise_unassigned(name):
    groups, _ = round_groups()
    points, is_noise = with_noise(groups)
    found = represented(name, points, None)
    assert found.agreement >= 0.97
    assert all(prototype.radius > 0 for prototype in found.prototypes)
    assigned = assign(points, found.prototypes)
    assert (assigned[is_noise] == -1).mean() > 0.9
    assert (assigned[~is_noise] >= 0).mean() > 0.9
    far = np.full((1, 3), 1000.0)
    assert assign(far, found.prototypes).tolist() == [-1]


def test_nothing_but_noise_has_no_prototypes():
    points = np.random.default_rng(1).uniform(size=(50, 2))
    found = represent(points, Clustering(labels=np.full(50, -1), is_density=True), refit=None)
    assert found.prototypes == ()
    assert (assign(points, found.prototypes) == -1).all()


@pytest.mark.parametrize("name", ["kmeans", "ward", "centroid", "hdbscan", "gaussian_mixture"])
def test_sql_assigns_the_same(name):
    points, _ = with_noise(bent_bands(rows=400)[0])
    k = None if name == "hdbscan" else 4
    clustering = refit(name, k)(points)
    prototypes = prototypes_of(points, clustering, per_segment=4)
    assert (by_sql(points, prototypes) == assign(points, prototypes)).all()


def test_ties_go_to_the_first_segment_and_to_a_prototype_that_reaches():
    # Three prototypes at the same distance from 0, the first of them without reach.
    points = np.array([[0.0, 0.0]])
    prototypes = [
        Prototype(2, np.array([0.0, -1.0])),
        Prototype(1, np.array([1.0, 0.0])),
        Prototype(0, np.array([-1.0, 0.0]), radius=0.5),
        Prototype(1, np.array([0.0, 1.0])),
    ]
    assert assign(points, prototypes).tolist() == [1]
    assert by_sql(points, prototypes).tolist() == [1]
    # A radius includes its end.
    on_edge = [Prototype(0, np.array([1.0, 0.0]), radius=1.0)]
    assert assign(points, on_edge).tolist() == by_sql(points, on_edge).tolist() == [0]


def test_equal_mixture_scores_go_to_the_first_segment():
    points = np.array([[0.0]])
    prototypes = [
        Prototype(segment, np.array([place]), precision=np.ones(1), offset=0.25)
        for segment, place in ((1, -1.0), (0, 1.0))
    ]
    assert assign(points, prototypes).tolist() == by_sql(points, prototypes).tolist() == [0]


def test_a_near_prototype_without_reach_leaves_the_next():
    points = np.array([[0.0]])
    prototypes = [
        Prototype(0, np.array([1.0]), radius=0.5),
        Prototype(1, np.array([-2.0]), radius=2.5),
    ]
    assert assign(points, prototypes).tolist() == by_sql(points, prototypes).tolist() == [1]


def test_a_radius_by_hand():
    """Members at 1, 2, 3 and 5 of the prototype, noise at 4, 6 and 7: 3 of 4 lie within 3.5."""
    points = np.array([1.0, 2, 3, 4, 5, 6, 7])[:, None]
    labels = np.array([0, 0, 0, -1, 0, -1, -1])
    start = [Prototype(0, np.zeros(1))]
    # Within 5.5 as well: four members and one noise. The wider of equally good radii.
    assert with_radii(points, labels, start)[0].radius == 5.5
    assert with_radii(points[:4], labels[:4], start)[0].radius == 3.5
    (reaching,) = with_radii(points[:3], labels[:3], start)
    assert 3 < reaching.radius < 3.001
    assert (assign(points[:3], [reaching]) == 0).all()


def test_moved_prototypes_give_more_of_the_labels():
    points, _ = bent_bands()
    labels = refit("ward", 6)(points).labels
    before = one_centre_each(points, labels)
    after = refined_prototypes(points, labels, before)
    gained = [(assign(points, made) == labels).mean() for made in (before, after)]
    assert gained[1] > gained[0] + 0.02
    # Where nothing is to be gained, nothing is moved.
    points, truth = round_groups()
    before = one_centre_each(points, truth)
    assert refined_prototypes(points, truth, before) == before


@pytest.mark.filterwarnings("error")
def test_points_on_top_of_each_other_are_no_trouble():
    points = np.repeat(np.array([[0.0, 0.0], [1.0, 1.0]]), 10, axis=0)
    mixed = np.arange(20) % 2
    found = represent(points, Clustering(labels=mixed), refit=None, prototypes_max=4)
    assert all(np.isfinite(prototype.vector).all() for prototype in found.prototypes)


@pytest.mark.parametrize("name", ["kmeans", "ward", "hdbscan", "gaussian_mixture"])
def test_the_same_points_give_the_same_rounded_rows(name):
    points, _ = bent_bands(rows=500)
    k = None if name == "hdbscan" else 4
    first, second = (list(prototype_rows(represented(name, points, k).prototypes)) for _ in "ab")
    assert first == second
    for row in first:
        for column in ("vector", "precision_vector", "radius", "score_offset"):
            if row[column] is not None:
                stored = np.atleast_1d(row[column])
                assert (stored == round_significant(stored)).all()


def test_rows_are_numbered_within_their_segment():
    points = np.array([[0.0], [1.0], [10.0], [11.0], [20.0], [21.0]])
    labels = np.array([0, 0, 1, 1, 2, 2])
    prototypes = covering_prototypes(points, labels, per_segment=2, seed=1)
    # Group 1 becomes the first segment, then groups 2 and 0.
    rows = list(prototype_rows(renumber(prototypes, np.array([1, 2, 0]))))
    assert [(row["segment_id"], row["prototype"]) for row in rows] == [
        (f"s0{segment}", number) for segment in (1, 2, 3) for number in (1, 2)
    ]
    assert [row["vector"][0] // 10 for row in rows] == [1, 1, 2, 2, 0, 0]


def test_held_out_is_every_fifth_row():
    assert np.flatnonzero(held_out(12)).tolist() == [4, 9]


def test_what_sql_has_no_rule_for_is_refused():
    ones = np.ones(2)
    with pytest.raises(ValueError, match="goes with an offset"):
        Prototype(0, ones, precision=ones)
    with pytest.raises(ValueError, match="not both"):
        Prototype(0, ones, radius=1.0, precision=ones, offset=0.0)
    mixed = [Prototype(0, ones), Prototype(1, ones, precision=ones, offset=0.0)]
    with pytest.raises(ValueError, match="cannot be compared"):
        assign(np.ones((1, 2)), mixed)
