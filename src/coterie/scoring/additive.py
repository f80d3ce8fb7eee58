"""Additive models: an intercept, and a contribution for each bin of a feature or a pair."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from coterie.segmentation.numerics import Labels, Matrix, one_thread, round_significant

Vector = npt.NDArray[np.float64]

#: Bin of missing values; the others count from 1.
MISSING = 0
#: Code of a value that is none of the declared categories (macro category_code).
OTHER = 0.0
#: Quantiles at which the scorecard cuts a feature: five bins are what people read on a card.
SCORECARD_BINS = 5
#: Categories of a feature that have a line of their own on the card.
SCORECARD_CATEGORIES = 10
#: Rows that a bin of the scorecard is shrunk towards "no contribution" by.
SCORECARD_PRIOR = 20.0
#: Inverse penalty of the coefficients (C of scikit-learn, and its own number).
SCORECARD_PENALTY = 1.0


@dataclass(frozen=True)
class Term:
    """What one feature, or a pair of features, adds to the logit.

    Attributes
    ----------
    features
        Position of the feature, or of both.
    edges
        For each of them, the rising inner edges of its bins: a value belongs to the bin above an
        edge from the edge on.
    contributions
        Array with one dimension per feature, of length len(edges) + 2: missing, then the bins.
    """

    features: tuple[int, ...]
    edges: tuple[Vector, ...]
    contributions: Matrix

    def bins(self, values: Matrix) -> tuple[Labels, ...]:
        """Bin of each row, for each feature of the term."""
        return tuple(
            bins_of(values[:, position], edges)
            for position, edges in zip(self.features, self.edges, strict=True)
        )

    def of(self, values: Matrix) -> Vector:
        """Contribution of the term for each row."""
        return self.contributions[self.bins(values)]


@dataclass(frozen=True)
class AdditiveModel:
    """A sum of terms on the scale of the logit.

    Attributes
    ----------
    algorithm
        scorecard or additive.
    intercept
        What every row begins with.
    terms
        In the order in which they are added.
    """

    algorithm: str
    intercept: float
    terms: tuple[Term, ...]

    def contributions(self, values: Matrix) -> Matrix:
        """Contribution of each term (rows, terms)."""
        if not self.terms:
            return np.zeros((len(values), 0))
        return np.column_stack([term.of(values) for term in self.terms])

    def logits(self, values: Matrix) -> Vector:
        """Logit of each row, the terms added one after the other as SQL does."""
        logits = np.full(len(values), self.intercept)
        for term in self.terms:
            logits += term.of(values)
        return logits

    @property
    def pairs(self) -> int:
        """How many terms are pairs."""
        return sum(len(term.features) > 1 for term in self.terms)

    def without_pairs(self) -> AdditiveModel:
        """Give the same model with its single features only."""
        single = tuple(term for term in self.terms if len(term.features) == 1)
        return AdditiveModel(self.algorithm, self.intercept, single)

    def with_positions(self, positions: Sequence[int]) -> AdditiveModel:
        """Give the model with its features counted among all: the first is positions[0]."""
        terms = tuple(
            Term(tuple(positions[p] for p in term.features), term.edges, term.contributions)
            for term in self.terms
        )
        return AdditiveModel(self.algorithm, self.intercept, terms)

    def strongest(self, values: Matrix, limit: int) -> AdditiveModel:
        """Give the model with at most so many terms: its pairs, and what moves the rows most.

        Terms are centred, so that leaving one out moves nobody on average. A pair moves few rows,
        and those by what no other term can say.

        Parameters
        ----------
        values
            Rows by which the terms are ranked (mean distance from adding nothing).
        limit
            Terms at most.
        """
        if len(self.terms) <= limit:
            return self
        strengths = np.abs(self.contributions(values)).mean(axis=0)
        strengths[[len(term.features) > 1 for term in self.terms]] += strengths.sum()
        kept = sorted(np.argsort(-strengths, kind="stable")[:limit])
        return AdditiveModel(self.algorithm, self.intercept, tuple(self.terms[p] for p in kept))

    def rounded(self) -> AdditiveModel:
        """Give the model as it is stored: twelve significant digits, nothing that adds nothing."""
        terms = tuple(
            Term(
                term.features,
                tuple(round_significant(edges) for edges in term.edges),
                round_significant(term.contributions),
            )
            for term in self.terms
        )
        return AdditiveModel(
            self.algorithm,
            float(round_significant(np.array([self.intercept]))[0]),
            tuple(term for term in terms if term.contributions.any()),
        )


def bins_of(values: Vector, edges: Vector) -> Labels:
    """Bin of each value: 0 if it is missing, else 1 and one more for each edge up to it."""
    bins = np.searchsorted(edges, values, side="right") + 1
    bins[np.isnan(values)] = MISSING
    return bins.astype(np.int64)


def category_edges(codes: Vector) -> Vector:
    """Edges that give each category, a whole number, a bin of its own.

    The bins between them are for categories that were never seen.
    """
    return np.unique(np.concatenate([codes, codes + 1.0]))


def seen_codes(column: Vector, limit: int) -> Vector:
    """Codes of a feature's most frequent categories, rising; without those that count as other.

    Parameters
    ----------
    column
        Codes of the categories, OTHER for none of the declared ones, NaN for missing.
    limit
        Categories at most.
    """
    codes, rows = np.unique(column[~np.isnan(column) & (column != OTHER)], return_counts=True)
    # Of equally frequent ones those with the lowest codes.
    return np.sort(codes[np.lexsort((codes, -rows))[:limit]])


def category_pools(edges: Vector, codes: Vector) -> Labels:
    """For each bin of category_edges the number that counts alike: all unseen categories are one.

    0 is missing, 1 unseen; each category that was seen has a number of its own.
    """
    pools = np.ones(len(edges) + 2, dtype=np.int64)
    pools[MISSING] = 0
    pools[bins_of(codes, edges)] = np.arange(len(codes)) + 2
    return pools


def fit_additive(
    values: Matrix,
    labels: Labels,
    groups: Labels,
    *,
    bins: int,
    pairs: int,
    pair_bins: int,
    bags: int,
    learning_rate: float,
    seed: int,
    directions: Sequence[int] = (),
    categories: Collection[int] = (),
) -> AdditiveModel:
    """Boost an additive model, and the pairs of features on top of it.

    An explainable boosting machine (Lou, Caruana, Gehrke and Hooker 2013; interpret-core). The
    rows of one customer are in the part that is learnt from or in the part that says when to
    stop, never in both.

    Parameters
    ----------
    values
        Features (rows, features), missing ones NaN.
    labels
        0 or 1 for each row.
    groups
        Customer of each row, as a number from 0.
    bins, pair_bins
        Bins of a feature at most, alone and in a pair.
    pairs
        Pairs of features that are looked for.
    bags
        Models that are averaged, each with a part of its own left out.
    learning_rate
        Step of the boosting.
    seed
        Seed of every draw.
    directions
        For each feature 1 or -1 where its contribution may only rise or fall, 0 where it is free;
        empty: all are free.
    categories
        Positions of the features that are codes of categories. As many as fit into the bins are
        learnt one by one; the rest, and what is never seen here, have one bin together.
    """
    # Heavy, and only a build that trains needs it.
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415

    varied = varied_features(values)
    codes = {
        place: seen_codes(values[:, position], (bins - 2) // 2)
        for place, position in enumerate(varied)
        if position in categories
    }
    model = ExplainableBoostingClassifier(
        feature_types=[
            "nominal" if place in codes else "continuous" for place in range(len(varied))
        ],
        max_bins=bins,
        max_interaction_bins=pair_bins,
        interactions=pairs,
        outer_bags=bags,
        learning_rate=learning_rate,
        smoothing_rounds=50,
        interaction_smoothing_rounds=50,
        early_stopping_rounds=50,
        monotone_constraints=[
            0 if place in codes else directions[position] for place, position in enumerate(varied)
        ]
        if directions
        else None,
        n_jobs=1,
        random_state=seed,
    )
    with warnings.catch_warnings(), one_thread():
        # Missing values have a bin of their own, which is all the warning asks for.
        warnings.filterwarnings("ignore", message="Missing values detected")
        model.fit(
            with_names(values[:, varied], codes),
            labels,
            bags=left_out(groups, bags=bags, seed=seed),
        )
    return from_library(model, codes).with_positions(varied)


def with_names(values: Matrix, codes: Mapping[int, Vector]) -> Matrix | pd.DataFrame:
    """Give the library names instead of codes: a number is no category to it."""
    if not codes:
        return values
    return pd.DataFrame(
        {
            place: [category_name(code, codes[place]) for code in column]
            if place in codes
            else column
            for place, column in enumerate(values.T)
        }
    )


def category_name(code: float, codes: Vector) -> str | None:
    """Name a category for the library; None if it is missing."""
    if np.isnan(code):
        return None
    return str(int(code)) if code in codes else str(int(OTHER))


def varied_features(values: Matrix) -> tuple[int, ...]:
    """Positions of the features that differ between rows, missing values being a value."""
    missing = np.isnan(values)
    first = np.where(missing[:1], np.nan, values[:1])
    same = (values == first) | (missing & np.isnan(first))
    return tuple(int(position) for position in np.flatnonzero(~same.all(axis=0)))


def left_out(groups: Labels, *, bags: int, seed: int, share: float = 0.15) -> npt.NDArray[np.int8]:
    """For each row and bag 1, or -1 where the row's group says when to stop (rows, bags)."""
    generator = np.random.default_rng(seed)
    is_out = generator.random((int(groups.max()) + 1, bags)) < share
    return np.where(is_out[groups], -1, 1).astype(np.int8)


def from_library(model: object, codes: Mapping[int, Vector] | None = None) -> AdditiveModel:
    """Read an explainable boosting machine of the library.

    Parameters
    ----------
    model
        Fitted model of the library.
    codes
        For each position of a feature with categories, the codes that have a bin. Their bin for
        others is the library's for those that were declared as other, or else its bin for what it
        has not seen. A number falls into one of its bins always.
    """
    terms = []
    for positions, scores in zip(model.term_features_, model.term_scores_, strict=True):
        edges, kept = [], []
        for position in positions:
            levels = model.bins_[position]
            bins = levels[min(len(levels), len(positions)) - 1]
            if isinstance(bins, dict):
                cuts, bins_there = _category_bins(bins, (codes or {})[position])
            else:
                cuts = np.asarray(bins, dtype=np.float64)
                bins_there = np.arange(len(cuts) + 2)
            edges.append(cuts)
            kept.append(bins_there)
        contributions = np.array(scores, dtype=np.float64)[np.ix_(*kept)]
        terms.append(Term(tuple(positions), tuple(edges), contributions))
    return AdditiveModel("additive", float(np.ravel(model.intercept_)[0]), tuple(terms))


def _category_bins(bins: Mapping[str, int], codes: Vector) -> tuple[Vector, Labels]:
    """Edges of a feature with categories, and the library's bin behind each bin between them."""
    edges = category_edges(codes)
    unseen = bins.get(str(int(OTHER)), max(bins.values(), default=0) + 1)
    of_pool = np.array([MISSING, unseen, *(bins.get(str(int(c)), unseen) for c in codes)])
    return edges, of_pool[category_pools(edges, codes)]


def to_library(model: AdditiveModel, features: int) -> object:
    """Build the library's model from stored parameters: what SQL is compared with.

    Parameters
    ----------
    model
        Additive model.
    features
        Number of features of its rows.

    Returns
    -------
    interpret.glassbox.ExplainableBoostingClassifier
        With ``predict_proba`` of two classes.
    """
    from interpret.glassbox import ExplainableBoostingClassifier  # noqa: PLC0415

    library = ExplainableBoostingClassifier()
    library.classes_ = np.array([0, 1])
    library.n_features_in_ = features
    library.feature_names_in_ = [f"feature_{position}" for position in range(features)]
    library.feature_types_in_ = ["continuous"] * features
    levels: list[dict[int, Vector]] = [{} for _ in range(features)]
    for term in model.terms:
        for position, edges in zip(term.features, term.edges, strict=True):
            levels[position][len(term.features)] = np.ascontiguousarray(edges)
    none = np.empty(0)
    library.bins_ = [
        [found.get(1, none), found[2]] if 2 in found else [found.get(1, none)]  # noqa: PLR2004
        for found in levels
    ]
    library.term_features_ = [term.features for term in model.terms]
    # One bin more at the end of each dimension, for values that were never seen.
    library.term_scores_ = [
        np.pad(term.contributions, [(0, 1)] * term.contributions.ndim) for term in model.terms
    ]
    library.bagged_scores_ = None
    library.intercept_ = np.array([model.intercept])
    library.link_, library.link_param_ = "logit", float("nan")
    library.has_fitted_ = True
    return library


def fit_scorecard(
    values: Matrix, labels: Labels, categories: Collection[int] = ()
) -> AdditiveModel:
    """Fit a logistic scorecard: each feature in a few bins, weighed by one coefficient.

    A bin's value is its weight of evidence, the logarithm of how much more often it holds the
    one label than all rows do (Siddiqi 2006, Credit Risk Scorecards), shrunk where it has few
    rows; a logistic regression with a ridge penalty weighs the features.

    Parameters
    ----------
    values
        Features (rows, features), missing ones NaN.
    labels
        0 or 1 for each row.
    categories
        Positions of the features that are codes of categories.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    share = labels.mean()
    evidence, edges_of = [], []
    varied = varied_features(values)
    for position in varied:
        column = values[:, position]
        if position in categories:
            codes = seen_codes(column, SCORECARD_CATEGORIES)
            edges = category_edges(codes)
            pools = category_pools(edges, codes)
        else:
            edges = scorecard_edges(column)
            pools = np.arange(len(edges) + 2)
        bins = pools[bins_of(column, edges)]
        rows = np.bincount(bins, minlength=len(pools)).astype(np.float64)
        ones = np.bincount(bins, weights=labels, minlength=len(pools))
        shares = (ones + SCORECARD_PRIOR * share) / (rows + SCORECARD_PRIOR)
        evidence.append((logit(shares) - logit(share))[pools])
        edges_of.append(edges)
    columns = [
        woe[bins_of(column, edges)]
        for column, edges, woe in zip(values.T[list(varied)], edges_of, evidence, strict=True)
    ]
    design = np.column_stack(columns)
    with one_thread():
        regression = LogisticRegression(C=SCORECARD_PENALTY, max_iter=1000).fit(design, labels)
    weights = regression.coef_[0]
    # Terms are centred, as those of the boosting are: what is left is the intercept.
    means = weights * design.mean(axis=0)
    terms = tuple(
        Term((varied[place],), (edges_of[place],), weights[place] * woe - means[place])
        for place, woe in enumerate(evidence)
        if weights[place] != 0
    )
    return AdditiveModel("scorecard", float(regression.intercept_[0] + means.sum()), terms)


def scorecard_edges(column: Vector) -> Vector:
    """Cut a feature at its quantiles."""
    known = column[~np.isnan(column)]
    if not len(known):
        return np.empty(0)
    edges = np.unique(np.quantile(known, np.arange(1, SCORECARD_BINS) / SCORECARD_BINS))
    # An edge at the lowest value would leave the bin below it empty.
    return edges[edges > known.min()]


def logit(probability: Vector | float) -> Vector:
    """Give the logarithm of the odds."""
    return np.log(probability) - np.log1p(-np.asarray(probability))


def probability_of(logits: Vector) -> Vector:
    """Turn logits into probabilities."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -500.0, 500.0)))
