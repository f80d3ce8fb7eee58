"""Encoders: what turns a prepared vector into the point that segments are found among.

An encoder is a list of layers, each `activation(values @ weights.T + bias)`, whose weights are rows
of a table: SQL evaluates them for every customer. Weights are rounded to 12 significant digits
before anything is fitted on the points.

Sources: principal components kept above the mean eigenvalue (Kaiser 1960, Educational and
Psychological Measurement 20; Jolliffe 2002, Principal Component Analysis, 6.1.2); codes of a
network that learns to repeat its input (Hinton and Salakhutdinov 2006, Science 313).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from coterie.segmentation.numerics import Matrix, even_rows, round_significant

ACTIVATIONS = {
    "linear": lambda sums: sums,
    "tanh": np.tanh,
    "relu": lambda sums: np.maximum(sums, 0.0),
}
KAISER = "kaiser"
# The network is learnt from this many rows: more rows cost time and hardly move its code.
AUTOENCODER_ROWS = 5000
AUTOENCODER_EPOCHS = 200


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer: activation(values @ weights.T + bias).

    Attributes
    ----------
    weights
        (units, inputs).
    bias
        (units,).
    activation
        "linear", "tanh" or "relu".
    """

    weights: Matrix
    bias: Matrix
    activation: str = "linear"

    def __post_init__(self) -> None:
        """Refuse an activation that SQL does not know, and shapes that do not fit."""
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"unknown activation {self.activation}: use {', '.join(ACTIVATIONS)}")
        if self.weights.shape[:1] != self.bias.shape:
            raise ValueError(
                f"weights {self.weights.shape} and bias {self.bias.shape} have unequal units"
            )

    def apply(self, values: Matrix) -> Matrix:
        """Map (customers, inputs) to (customers, units)."""
        return ACTIVATIONS[self.activation](values @ self.weights.T + self.bias)


@dataclass(frozen=True, eq=False)
class Encoder:
    """Layers one after the other; without any layer, the prepared vector itself.

    Attributes
    ----------
    name
        What it was asked for as: none, pca, pca:0.8, pca:kaiser or autoencoder.
    layers
        The first one takes the features, the last one gives the components.
    """

    name: str
    layers: tuple[Layer, ...] = ()

    def encode(self, values: Matrix) -> Matrix:
        """Map (customers, features) to (customers, components)."""
        for layer in self.layers:
            values = layer.apply(values)
        return values

    @property
    def weights(self) -> Matrix:
        """Weights (components, features) of an encoder of one layer."""
        return self._only_layer().weights

    @property
    def bias(self) -> Matrix:
        """Bias (components,) of an encoder of one layer."""
        return self._only_layer().bias

    def _only_layer(self) -> Layer:
        if len(self.layers) != 1:
            raise ValueError(f"the encoder {self.name} has {len(self.layers)} layers, not one")
        return self.layers[0]


def fit_encoder(
    values: Matrix, name: str = "pca", *, variance_share: float = 0.95, seed: int = 42
) -> Encoder:
    """Fit the encoder of a name.

    Parameters
    ----------
    values
        (customers, features), finite, not all rows equal.
    name
        none; pca (components that keep `variance_share`); pca:SHARE (components that keep this
        share, such as pca:0.8); pca:kaiser (eigenvalue above the mean); autoencoder.
    variance_share
        Share of the variance that plain pca keeps, 0..1.
    seed
        Seed of the autoencoder's first weights and of the order of its batches.

    Raises
    ------
    ValueError
        If the name is unknown or the values have no variance.
    """
    kind, _, rule = name.partition(":")
    if not (values != values[:1]).any():
        raise ValueError("all customers have the same values: there is nothing to encode")
    match kind, rule:
        case "none", "":
            return Encoder(name)
        case "pca", "":
            return Encoder(name, fit_pca(values, variance_share))
        case "pca", _ if is_rule(rule):
            return Encoder(name, fit_pca(values, KAISER if rule == KAISER else float(rule)))
        case "autoencoder", "":
            units = autoencoder_units(values)
            return Encoder(name, fit_autoencoder(values, units=units, seed=seed))
    raise ValueError(
        f"unknown encoder {name}: use none, pca, pca:SHARE (such as pca:0.8), pca:kaiser or "
        "autoencoder"
    )


def is_rule(rule: str) -> bool:
    """Whether a text names a rule of the number of components: kaiser, or a share in (0, 1]."""
    if rule == KAISER:
        return True
    try:
        return 0 < float(rule) <= 1
    except ValueError:
        return False


def fit_pca(values: Matrix, rule: float | str) -> tuple[Layer, ...]:
    """Principal components, as many as a rule keeps, as one linear layer.

    Parameters
    ----------
    values
        (customers, features), with variance.
    rule
        A share 0..1: the fewest components that together keep this share of the variance.
        "kaiser": those whose variance (eigenvalue) is above the mean variance of the features
        that vary, at least one. Features held at zero (left out of the fit) do not lower the mean.
    """
    pca = PCA(svd_solver="full").fit(values)
    if rule == KAISER:
        varying = (values != values[0]).any(axis=0).sum()
        mean = pca.explained_variance_.sum() / varying
        # The tolerance: features without any correlation all lie on the mean, none is above it.
        components = max(1, int((pca.explained_variance_ > mean * (1 + 1e-9)).sum()))
    else:
        kept = np.cumsum(pca.explained_variance_ratio_)
        # The tolerance keeps a share of 1.0 from asking for a component that does not exist.
        components = int(np.searchsorted(kept, float(rule) - 1e-12) + 1)
    weights = round_significant(pca.components_[:components])
    return (Layer(weights=weights, bias=round_significant(-weights @ pca.mean_)),)


def autoencoder_units(values: Matrix) -> tuple[int, ...]:
    """Widths of the encoder's layers: half-way to the code, then the code.

    The code is as wide as the components that keep 80 % of the variance: a network of curved
    layers needs no more numbers than a linear one, and fewer make plainer segments.
    """
    code = len(fit_pca(values, 0.8)[0].bias)
    return max(code, (values.shape[1] + code) // 2), code


def train_autoencoder(values: Matrix, *, units: tuple[int, ...], seed: int) -> MLPRegressor:
    """Train the whole network, encoder and decoder, to repeat its input.

    The decoder mirrors the encoder: units (14, 6) give the hidden layers 14, 6, 14.

    Parameters
    ----------
    values
        (customers, features); at most AUTOENCODER_ROWS of them at even distances are learnt from.
    units
        Width of each layer of the encoder, the code last.
    seed
        Seed of the first weights and of the order of the batches.
    """
    some = values[even_rows(len(values), AUTOENCODER_ROWS)]
    model = MLPRegressor(
        hidden_layer_sizes=(*units, *units[-2::-1]),
        activation="tanh",
        solver="adam",
        learning_rate_init=0.003,
        alpha=1e-4,
        max_iter=AUTOENCODER_EPOCHS,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # The number of epochs is a bound on time: what is learnt by then is the encoder.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # A single feature would be read as a column vector.
        return model.fit(some, some if some.shape[1] > 1 else some.ravel())


def fit_autoencoder(values: Matrix, *, units: tuple[int, ...], seed: int) -> tuple[Layer, ...]:
    """Train an autoencoder and keep the half that encodes: tanh layers, the code last.

    Parameters
    ----------
    values, units, seed
        See train_autoencoder.
    """
    model = train_autoencoder(values, units=units, seed=seed)
    halves = list(zip(model.coefs_, model.intercepts_, strict=True))[: len(units)]
    return tuple(
        Layer(
            weights=round_significant(np.ascontiguousarray(weights.T)),
            bias=round_significant(bias),
            activation="tanh",
        )
        for weights, bias in halves
    )
