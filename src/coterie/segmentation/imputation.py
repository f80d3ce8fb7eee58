"""What stands in for a missing value: the nearest donors, or a regression on the other features.

Both work on prepared vectors, where 0 is the mean of a feature. Their parameters are fitted on the
sample before anything else of a training round; SQL fills every customer's vector from them
(macros/scoring/complete_vectors.sql) as `Imputation.fill` fills the sample's here.

Nearest donors: Troyanskaya et al. (2001), Bioinformatics 17, with the distance over known features
that scikit-learn's KNNImputer uses. Regression: ridge, the one-round form of chained equations
(van Buuren and Groothuis-Oudshoorn 2011, Journal of Statistical Software 45).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sklearn.linear_model import Ridge

from coterie.frames import matrix
from coterie.segmentation.numerics import Labels, Matrix, one_thread, round_significant

# What a distance is rounded to, so that equally near donors count in the order of their number.
DECIMALS = 9
# Distance of a donor who knows no feature that the customer knows: after all others.
UNRELATED = 1e9


@dataclass(frozen=True, eq=False)
class Regression:
    """Value of one feature from the others: weights @ filled + bias, within lowest..highest.

    Attributes
    ----------
    feature
        Its position in the vector, from 0.
    weights
        (features,), 0 for the feature itself.
    bias
        Value of a customer who is average in all others.
    lowest, highest
        Range of the feature in the sample.
    """

    feature: int
    weights: Matrix
    bias: float
    lowest: float
    highest: float


@dataclass(frozen=True, eq=False)
class Imputation:
    """Parameters that fill the missing values of prepared vectors.

    Attributes
    ----------
    given
        Positions, from 0, of the features that donors give.
    donors
        (donors, features), 0 where unknown; in the order in which equally near ones count.
    donors_known
        (donors, features), 1 where the donor knows the feature and 0 elsewhere.
    regressions
        One per feature that a regression gives, by position.
    neighbours
        Donors whose mean is taken.
    """

    given: tuple[int, ...]
    donors: Matrix
    donors_known: Matrix
    regressions: tuple[Regression, ...]
    neighbours: int

    def fill(self, values: Matrix, known: Matrix) -> Matrix:
        """Fill what is missing.

        Parameters
        ----------
        values
            (customers, features), prepared; NaN where a value is to be filled.
        known
            (customers, features), 1 where a feature is known and 0 elsewhere.

        Returns
        -------
        ndarray of shape (customers, features)
            Without NaN; known values as they were.
        """
        filled = np.nan_to_num(values, nan=0.0)
        complete = filled.copy()
        for regression in self.regressions:
            rows = np.isnan(values[:, regression.feature])
            drawn = filled[rows] @ regression.weights + regression.bias
            complete[rows, regression.feature] = np.clip(
                drawn, regression.lowest, regression.highest
            )
        for row in np.flatnonzero(np.isnan(values[:, list(self.given)]).any(axis=1)):
            if known[row].any():
                nearest = self.nearest(filled[row] * known[row], known[row])
                for feature in self.given:
                    able = nearest[self.donors_known[nearest, feature] > 0][: self.neighbours]
                    if np.isnan(values[row, feature]) and len(able):
                        complete[row, feature] = self.donors[able, feature].mean()
        return complete

    def nearest(self, masked: Matrix, known: Matrix) -> Labels:
        """Positions of the donors, those nearest to one customer first.

        Parameters
        ----------
        masked, known
            (features,), the known values, 0 elsewhere; and which are known.
        """
        common = self.donors_known @ known
        squares = (
            (self.donors**2) @ known - 2 * self.donors @ masked + self.donors_known @ masked**2
        )
        scores = np.full(len(self.donors), UNRELATED)
        related = common > 0
        scores[related] = np.round(np.maximum(squares[related], 0) / common[related], DECIMALS)
        return np.argsort(scores, kind="stable")

    def rows(self) -> Iterator[dict[str, object]]:
        """Rows of the table segment_fits: one per donor and per regression."""
        for number, (values, known) in enumerate(
            zip(self.donors, self.donors_known, strict=True), start=1
        ):
            yield {
                "part": "imputation",
                "method": "knn",
                "unit": number,
                "vector": values.tolist(),
                "known": known.tolist(),
            }
        for regression in self.regressions:
            yield {
                "part": "imputation",
                "method": "model",
                "unit": regression.feature + 1,
                "vector": regression.weights.tolist(),
                "bias": regression.bias,
                "lowest": regression.lowest,
                "highest": regression.highest,
            }


def fit_imputation(
    values: Matrix,
    known: Matrix,
    methods: Sequence[str],
    customers: Sequence[str],
    *,
    neighbours: int,
    donors: int,
    penalty: float,
) -> Imputation:
    """Choose the donors and fit the regressions.

    Parameters
    ----------
    values
        (customers, features), prepared; NaN where a feature of method knn or model is missing.
    known
        (customers, features), 1 where a feature is known and 0 elsewhere.
    methods
        Of each feature; knn and model are fitted, the others have no missing values left.
    customers
        customer_id of each row: equally good donors are taken in the order of its md5.
    neighbours
        Donors whose mean is taken.
    donors
        Donors at most: first who knows all the features that donors give, then who knows most.
    penalty
        Penalty of the ridge regression on the squares of its weights.
    """
    varies = (np.nan_to_num(values, nan=0.0) != 0).any(axis=0)
    known = known * varies
    given = tuple(p for p, method in enumerate(methods) if method == "knn")
    needed = [position for position in given if varies[position]]
    chosen: list[int] = []
    if needed:
        counts = known[:, needed].sum(axis=1)
        order = sorted(
            np.flatnonzero(counts),
            key=lambda row: (
                -counts[row],
                hashlib.md5(customers[row].encode()).hexdigest(),
                customers[row],
            ),
        )
        chosen = order[:donors]
    filled = np.nan_to_num(values, nan=0.0)
    regressions = []
    with one_thread():
        for position in (p for p, method in enumerate(methods) if method == "model"):
            regressions.append(_regress(filled, known, position, penalty))
    return Imputation(
        given=given,
        donors=round_significant(filled[chosen] * known[chosen]),
        donors_known=known[chosen],
        regressions=tuple(regressions),
        neighbours=neighbours,
    )


def _regress(filled: Matrix, known: Matrix, position: int, penalty: float) -> Regression:
    """Regress one feature on the others, over the customers for whom it is known."""
    weights = np.zeros(filled.shape[1])
    rows = known[:, position] > 0
    if not rows.any():
        return Regression(position, weights, 0.0, 0.0, 0.0)
    others = np.delete(np.arange(filled.shape[1]), position)
    target = filled[rows, position]
    model = Ridge(alpha=penalty).fit(filled[np.ix_(rows, others)], target)
    weights[others] = round_significant(model.coef_)
    bias, lowest, highest = round_significant(
        np.array([model.intercept_, target.min(), target.max()])
    ).tolist()
    return Regression(position, weights, bias, lowest, highest)


def complete_sample(
    sample: pa.Table,
    methods: Sequence[str],
    model_version: str,
    *,
    neighbours: int,
    donors: int,
    penalty: float,
) -> tuple[Matrix, list[dict[str, object]]]:
    """Vectors of the sample without missing values, and the parameters that filled them.

    Parameters
    ----------
    sample
        Rows of segment_sample_vectors, ordered by customer_id.
    methods
        How each feature is imputed, in vector order.
    model_version
        Version that the parameters belong to.
    neighbours, donors, penalty
        See fit_imputation.

    Returns
    -------
    values
        (customers, features).
    rows
        Of the table segment_fits; none where no feature is imputed by knn or model.
    """
    values = matrix(sample["prepared"])
    if not len(values) or not {"knn", "model"}.intersection(methods):
        return values, []
    known = matrix(sample["known"])
    imputation = fit_imputation(
        values,
        known,
        methods,
        sample["customer_id"].to_pylist(),
        neighbours=neighbours,
        donors=donors,
        penalty=penalty,
    )
    rows = [{**row, "model_version": model_version} for row in imputation.rows()]
    return imputation.fill(values, known), rows
