"""Examples of an outcome from the table score_examples."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from coterie.frames import matrix
from coterie.scoring.additive import Vector
from coterie.segmentation.numerics import Labels, Matrix

#: Columns that name the subgroup of a row.
SUBGROUPS = ("segment", "region", "age_band")


@dataclass(frozen=True)
class Examples:
    """Rows with a known outcome.

    Attributes
    ----------
    values
        Features (rows, features), missing ones NaN.
    labels
        0 or 1 for each row.
    groups
        Customer of each row as a number from 0.
    rule
        Probability by the rule of thumb.
    subgroups
        For each kind of subgroup (region, age band, ...) the name of each row's, None without.
    categories
        Positions of the features that are codes of categories.
    """

    values: Matrix
    labels: Labels
    groups: Labels
    rule: Vector
    subgroups: dict[str, list[str | None]] = field(default_factory=dict)
    categories: tuple[int, ...] = ()


def examples_of(table: pa.Table, part: str, categories: tuple[int, ...] = ()) -> Examples:
    """Read the examples of one part (training or evaluation) of one outcome.

    Parameters
    ----------
    table
        Rows of score_examples of one outcome, in a fixed order.
    part
        training or evaluation.
    categories
        Positions of the features that are codes of categories.
    """
    rows = table.filter(pc.equal(table["part"], part))
    _, groups = np.unique(np.array(rows["customer_id"].to_pylist(), dtype=str), return_inverse=True)
    return Examples(
        values=matrix(rows["feature_values"]),
        labels=rows["label"].to_numpy().astype(np.int64),
        groups=groups.astype(np.int64),
        rule=rows["rule_probability"].to_numpy().astype(np.float64),
        subgroups={name: rows[name].to_pylist() for name in SUBGROUPS if name in rows.column_names},
        categories=categories,
    )
