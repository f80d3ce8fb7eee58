"""Encoders give what the library gives, and keep as many components as their rule says."""

import copy

import numpy as np
import pytest
from sklearn.decomposition import PCA

from coterie.frames import with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import Encoder, Layer, fit_encoder, round_significant
from coterie.segmentation.encoders import (
    autoencoder_units,
    fit_autoencoder,
    fit_pca,
    train_autoencoder,
)
from coterie.segmentation.rows import encoder_rows

# The promise: encoded coordinates equal the library's to 1e-9.
TOLERANCE = {"rtol": 0, "atol": 1e-9}


def with_variances(variances, *, rows=400, seed=1):
    """Return values whose covariance has exactly these eigenvalues, along slanted axes."""
    generator = np.random.default_rng(seed)
    features = len(variances)
    values = generator.normal(size=(rows, features))
    values -= values.mean(axis=0)
    # Whitened by its own covariance: uncorrelated, with variance one to the last digits.
    values = values @ np.linalg.inv(np.linalg.cholesky(np.cov(values.T))).T
    axes, _ = np.linalg.qr(generator.normal(size=(features, features)))
    return values * np.sqrt(variances) @ axes + 2.0


# The total is 10: the shares are 0.5, 0.75, 0.85, 0.93, 0.97, 1; the mean is 10 / 6.
VARIANCES = [5.0, 2.5, 1.0, 0.8, 0.4, 0.3]


@pytest.mark.parametrize(
    ("name", "components"),
    [("pca", 5), ("pca:0.95", 5), ("pca:0.80", 3), ("pca:0.5", 1), ("pca:1", 6), ("pca:kaiser", 2)],
)
def test_the_rule_chooses_the_components(name, components):
    values = with_variances(VARIANCES)
    encoder = fit_encoder(values, name)
    assert encoder.name == name
    assert encoder.encode(values).shape == (400, components)


@pytest.mark.parametrize("name", ["pca", "pca:0.80", "pca:kaiser"])
def test_components_equal_the_library_s(name):
    values = with_variances(VARIANCES)
    encoded = fit_encoder(values, name).encode(values)
    expected = PCA(n_components=encoded.shape[1], svd_solver="full").fit_transform(values)
    np.testing.assert_allclose(encoded, expected, **TOLERANCE)


def test_features_left_out_do_not_lower_kaiser_s_mean():
    """A feature that is left out is prepared as zero: it must not make others look large."""
    values = with_variances([3.0, 1.0, 0.9, 0.8])
    padded = np.hstack([values, np.zeros((400, 6))])
    assert len(fit_pca(values, "kaiser")[0].bias) == 1
    assert len(fit_pca(padded, "kaiser")[0].bias) == 1


def test_kaiser_keeps_one_component_of_features_without_correlation():
    assert len(fit_pca(with_variances([1.0, 1.0, 1.0]), "kaiser")[0].bias) == 1


def test_no_encoder_is_the_prepared_vector():
    values = with_variances(VARIANCES)
    encoder = fit_encoder(values, "none")
    assert encoder.layers == ()
    np.testing.assert_array_equal(encoder.encode(values), values)
    assert list(encoder_rows(encoder)) == []


@pytest.fixture(scope="module")
def values():
    """Values that lie near a curved surface of two dimensions, in six features."""
    generator = np.random.default_rng(3)
    hidden = generator.uniform(-2, 2, (500, 2))
    mixed = np.tanh(hidden @ generator.normal(size=(2, 6))) + generator.normal(0, 0.05, (500, 6))
    return (mixed - mixed.mean(axis=0)) / mixed.std(axis=0)


@pytest.mark.parametrize("units", [(2,), (4, 2), (5, 4, 2)])
def test_codes_equal_the_library_s_hidden_activations(values, units):
    model = train_autoencoder(values, units=units, seed=1)
    assert model.hidden_layer_sizes == units + units[-2::-1]
    layers = fit_autoencoder(values, units=units, seed=1)
    assert [layer.activation for layer in layers] == ["tanh"] * len(units)
    code = Encoder("autoencoder", layers).encode(values)

    # The library's own forward pass, stopped at the code.
    half = copy.copy(model)
    half.coefs_, half.intercepts_ = model.coefs_[: len(units)], model.intercepts_[: len(units)]
    half.n_layers_, half.out_activation_ = len(units) + 1, "tanh"
    np.testing.assert_allclose(code, half.predict(values), **TOLERANCE)

    # And from the code on to what the library predicts.
    decoded = code
    for weights, bias in list(zip(model.coefs_, model.intercepts_, strict=True))[len(units) : -1]:
        decoded = np.tanh(decoded @ weights + bias)
    decoded = decoded @ model.coefs_[-1] + model.intercepts_[-1]
    np.testing.assert_allclose(decoded, model.predict(values), **TOLERANCE)


def test_the_autoencoder_learns(values):
    """What it gives back lies nearer to the input than the mean does, by far."""
    model = train_autoencoder(values, units=(4, 2), seed=1)
    assert ((model.predict(values) - values) ** 2).mean() < 0.3 * values.var()


def test_the_default_autoencoder_has_several_hidden_layers(values):
    encoder = fit_encoder(values, "autoencoder")
    widths = tuple(len(layer.bias) for layer in encoder.layers)
    assert widths == autoencoder_units(values)
    assert len(widths) == 2
    assert widths[-1] == len(fit_pca(values, 0.8)[0].bias)
    assert encoder.encode(values).shape == (500, widths[-1])


@pytest.mark.parametrize("name", ["pca", "pca:kaiser", "autoencoder"])
def test_the_same_values_give_the_same_rounded_parameters(values, name):
    first, second = (list(encoder_rows(fit_encoder(values, name, seed=5))) for _ in range(2))
    assert first == second
    for layer in fit_encoder(values, name, seed=5).layers:
        assert (layer.weights == round_significant(layer.weights)).all()
        assert (layer.bias == round_significant(layer.bias)).all()


def test_another_seed_gives_another_autoencoder(values):
    first, second = (fit_encoder(values, "autoencoder", seed=seed) for seed in (1, 2))
    assert (first.layers[0].weights != second.layers[0].weights).any()


def test_a_layer_by_hand():
    values = np.array([[1.0, 2.0], [-1.0, 0.0]])
    weights, bias = np.array([[1.0, -1.0]]), np.array([0.5])
    assert Layer(weights, bias).apply(values).tolist() == [[-0.5], [-0.5]]
    assert Layer(weights, bias, "relu").apply(values).tolist() == [[0.0], [0.0]]
    assert Layer(-weights, bias, "relu").apply(values).tolist() == [[1.5], [1.5]]
    np.testing.assert_allclose(Layer(weights, bias, "tanh").apply(values), np.tanh(-0.5))


def test_a_layer_that_sql_has_no_word_for_is_refused():
    with pytest.raises(ValueError, match="unknown activation sigmoid"):
        Layer(np.eye(2), np.zeros(2), "sigmoid")
    with pytest.raises(ValueError, match="unequal units"):
        Layer(np.eye(2), np.zeros(3))


@pytest.mark.parametrize("name", ["umap", "pca:two", "pca:0", "pca:1.5", "none:1", "pca:nan", ""])
def test_an_unknown_encoder_is_refused(values, name):
    with pytest.raises(ValueError, match="unknown encoder"):
        fit_encoder(values, name)


@pytest.mark.parametrize("name", ["none", "pca", "pca:kaiser", "autoencoder"])
def test_values_that_are_all_the_same_are_refused(name):
    with pytest.raises(ValueError, match="nothing to encode"):
        fit_encoder(np.ones((30, 3)), name)


def test_rows_of_several_layers(values):
    encoder = fit_encoder(values, "autoencoder")
    rows = with_schema(encoder_rows(encoder), SEGMENT_FITS).to_pylist()
    found = [(row["layer"], row["unit"], len(row["vector"]), row["activation"]) for row in rows]
    first, second = (len(layer.bias) for layer in encoder.layers)
    assert found == [
        *((1, unit, 6, "tanh") for unit in range(1, first + 1)),
        *((2, unit, first, "tanh") for unit in range(1, second + 1)),
    ]
