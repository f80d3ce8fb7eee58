"""Scores of outcomes: additive models, their calibration, and the choice among them.

Everything here is pure: data and settings in, parameters out. The Python model
python_models/prediction/score_fits.py binds it to tables; SQL scores the customers.
"""

from coterie.scoring.additive import (
    AdditiveModel,
    Term,
    fit_additive,
    fit_scorecard,
    to_library,
)
from coterie.scoring.calibration import Line, fit_line
from coterie.scoring.examples import Examples, examples_of
from coterie.scoring.rows import fit_rounds, fit_rows, read_model
from coterie.scoring.settings import ScoreSettings
from coterie.scoring.training import ScoreFit, train

__all__ = [
    "AdditiveModel",
    "Examples",
    "Line",
    "ScoreFit",
    "ScoreSettings",
    "Term",
    "examples_of",
    "fit_additive",
    "fit_line",
    "fit_rounds",
    "fit_rows",
    "fit_scorecard",
    "read_model",
    "to_library",
    "train",
]
