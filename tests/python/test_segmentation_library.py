"""The library of the segmentation: known answers, determinism, the choice of k, poor data."""

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest

from coterie.frames import matrix, to_arrow, with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import (
    CUTS,
    SEPARATE,
    Settings,
    assign,
    fit_encoder,
    fit_kmeans,
    fit_segments,
    fits_rows,
    jaccard_by_cluster,
    nearest,
    order_segments,
    resample,
    round_significant,
)


def blobs(groups: int, *, rows: int = 600, features: int = 6, spread: float = 0.3, seed: int = 1):
    """Groups of equal size around well separated centres, with the group of each row."""
    generator = np.random.default_rng(seed)
    centres = generator.permutation(np.eye(max(groups, features)))[:groups, :features] * 4
    truth = np.arange(rows) % groups
    return centres[truth] + generator.normal(0, spread, (rows, features)), truth


SETTINGS = Settings(
    k_screened_max=8,
    resamples=5,
    resample_rows=400,
    silhouette_rows=300,
    null_draws=2,
    gap_draws=2,
    examined_full=1,
)


def refit(k):
    return lambda points, seed: fit_kmeans(points, k, initialisations=10, seed=seed)[1]


def test_planted_groups_are_found():
    values, truth = blobs(5)
    fit = fit_segments(values, truth.astype(float), settings=SETTINGS)
    assert fit.algorithm == "kmeans"
    assert fit.segment_count == len(fit.prototypes) == 5
    found = assign(fit.encoder.encode(values), fit.prototypes)
    # Segments fall with the order value, so group 4 is the first segment.
    assert (found == 4 - truth).all()
    assert [trial.k for trial in fit.trials if trial.is_chosen] == [5]
    assert "largest k" in fit.reason


def test_the_same_input_gives_the_same_parameters():
    values, truth = blobs(5, spread=0.8)
    first, second = (
        list(fits_rows(fit_segments(values, truth, settings=SETTINGS), "v1")) for _ in range(2)
    )
    assert first == second


def test_parameters_have_twelve_significant_digits():
    fit = fit_segments(*blobs(5), settings=SETTINGS)
    centres = np.array([prototype.vector for prototype in fit.prototypes])
    for stored in (fit.encoder.weights, fit.encoder.bias, centres):
        assert (stored == round_significant(stored)).all()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, 0.0),
        (1 / 3, 0.333333333333),
        (-123456789.123456789, -123456789.123),
        (1e-300 / 7, 1.42857142857e-301),
    ],
)
def test_round_significant(value, expected):
    assert round_significant(np.array([value]))[0] == expected


def test_encoder_keeps_the_share_of_variance_asked_for():
    values, _ = blobs(4, features=8, spread=0.2)
    for share in (0.5, 0.95, 1.0):
        encoder = fit_encoder(values, variance_share=share)
        kept = encoder.encode(values).var(axis=0).sum() / values.var(axis=0).sum()
        assert kept >= share - 1e-9
        without_last = encoder.encode(values)[:, :-1].var(axis=0).sum() / values.var(axis=0).sum()
        assert without_last < share


def test_jaccard_by_hand():
    reference = np.array([0, 0, 0, 1, 1, 1])
    other = np.array([1, 1, 0, 0, 0, 0])
    # Cluster 0 with 1: 2 rows together, 3 in either. Cluster 1 with 0: 3 together, 4 in either.
    np.testing.assert_allclose(jaccard_by_cluster(reference, other, 3), [2 / 3, 3 / 4, np.nan])


def test_jaccard_counts_rows_that_one_of_both_leaves_out():
    reference = np.array([0, 0, 0, -1, 1, 1])
    other = np.array([0, 0, -1, 0, 2, 2])
    # Cluster 0: 2 rows together, 4 in either. Any number of clusters may stand on the other side.
    np.testing.assert_allclose(jaccard_by_cluster(reference, other, 2), [2 / 4, 1])
    nobody = np.full(6, -1)
    np.testing.assert_allclose(jaccard_by_cluster(reference, nobody, 2), [0, 0])


def test_jaccard_is_high_for_real_groups_and_low_for_cuts_of_noise():
    values, _ = blobs(4)
    _, labels, _ = fit_kmeans(values, 4, initialisations=10, seed=1)
    real = resample(values, labels, refit(4), rows=400, resamples=5, seed=1, limit=0.75)
    assert real.lowest > 0.95
    assert real.mean_rand > 0.95
    assert real.resamples == 5

    noise = np.random.default_rng(2).normal(size=(600, 6))
    _, labels, _ = fit_kmeans(noise, 7, initialisations=10, seed=1)
    cuts = resample(noise, labels, refit(7), rows=400, resamples=20, seed=1, limit=0.75)
    assert cuts.lowest < 0.6
    assert cuts.mean_rand < 0.8
    assert cuts.resamples < 20, "a hopeless k is given up early"


def test_noise_is_left_to_the_rules():
    noise = np.random.default_rng(3).normal(size=(600, 8))
    fit = fit_segments(noise, noise[:, 0], settings=SETTINGS)
    assert fit.algorithm == "rules"
    assert fit.encoder is None
    assert fit.prototypes == ()
    assert fit.segment_count is None
    assert fit.verdict == CUTS
    assert "Segments by rules" in fit.reason
    assert {trial.k for trial in fit.trials} == set(range(2, 9))
    assert all(trial.reason for trial in fit.trials)


def test_a_segment_that_is_too_small_is_refused():
    values, _ = blobs(4, rows=600)
    values = np.vstack([values, values[:6] + 40.0])
    fit = fit_segments(values, np.zeros(len(values)), settings=SETTINGS)
    five = next(trial for trial in fit.trials if trial.k == 5)
    assert five.smallest_share < 0.02
    assert not five.is_chosen
    assert "smallest segment" in five.reason


def test_a_larger_stable_k_wins_over_a_smaller_one():
    values, _ = blobs(6, spread=0.2)
    fit = fit_segments(values, np.zeros(len(values)), settings=SETTINGS)
    assert fit.segment_count == 6
    assert all(trial.reason.startswith("Not examined") for trial in fit.trials if trial.k in (4, 5))
    assert fit.verdict == SEPARATE


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.empty((0, 0)), "0 customers"),
        (np.ones((20, 3)), "20 customers"),
        (np.ones((500, 3)), "every feature is constant"),
        (np.empty((500, 0)), "every feature is constant"),
        (np.full((500, 3), np.nan), "not finite"),
    ],
)
def test_poor_data_is_left_to_the_rules(values, words):
    fit = fit_segments(values, np.zeros(len(values)), settings=SETTINGS)
    assert fit.algorithm == "rules"
    assert words in fit.reason


def test_few_distinct_customers():
    values = np.repeat(np.eye(3), 200, axis=0)
    fit = fit_segments(values, np.zeros(600), settings=SETTINGS)
    assert fit.algorithm == "rules"
    assert "Only 3 customers differ" in next(trial for trial in fit.trials if trial.k == 4).reason


def test_ties_of_the_order_value_are_broken_by_the_centre():
    centres = np.array([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0]])
    labels = np.array([0, 1, 2, 2])
    assert order_segments(centres, labels, np.array([5.0, 5.0, 9.0, 9.0])).tolist() == [2, 1, 0]
    assert order_segments(centres, labels, np.array([5.0, np.nan, 0.0, 0.0])).tolist() == [0, 1, 2]


def test_nearest_takes_the_first_of_equally_near_ones():
    assert nearest(np.array([[0.0]]), np.array([[1.0], [-1.0]])).tolist() == [0]


@pytest.mark.parametrize("wrong", [{"k_min": 1}, {"k_min": 6, "k_max": 5}, {"variance_share": 0}])
def test_settings_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(ValueError, match=r"k_min|variance_share"):
        Settings(**wrong)


def test_rows_fit_the_declared_schema():
    fit = fit_segments(*blobs(5), settings=SETTINGS)
    table = with_schema(fits_rows(fit, "v1"), SEGMENT_FITS)
    assert table.schema == SEGMENT_FITS
    parts = table["part"].to_pylist()
    assert parts.count("outcome") == 1
    assert parts.count("trial") == 7
    assert parts.count("prototype") == 5
    assert parts.count("encoder") == len(fit.encoder.weights)
    assert parts.count("level") == 9
    assert parts.count("rule") > 0
    of_prototypes = table.filter(pa.compute.equal(table["part"], "prototype"))
    assert of_prototypes["segment_id"].to_pylist() == [
        "s01",
        "s02",
        "s03",
        "s04",
        "s05",
    ]


def test_an_empty_table_keeps_its_types():
    assert with_schema([], SEGMENT_FITS).schema == SEGMENT_FITS


def test_an_undeclared_column_is_refused():
    with pytest.raises(ValueError, match="surprise"):
        with_schema([{"surprise": 1}], SEGMENT_FITS)


def test_matrix():
    lists = pa.chunked_array([pa.array([[1.0, 2.0], [3.0, None]])])
    np.testing.assert_array_equal(matrix(lists), [[1.0, 2.0], [3.0, np.nan]])
    assert matrix(pa.chunked_array([], type=pa.list_(pa.float64()))).shape == (0, 0)
    with pytest.raises(ValueError, match="equally long"):
        matrix(pa.chunked_array([pa.array([[1.0], [1.0, 2.0]])]))


def test_a_relation_that_cannot_be_read_is_refused():
    with pytest.raises(TypeError, match="int"):
        to_arrow(1)
