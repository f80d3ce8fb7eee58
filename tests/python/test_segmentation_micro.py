"""Micro-segments: known parts, and ids that stay."""

import numpy as np
import pytest

from coterie.segmentation.identity import Incumbent, Limits
from coterie.segmentation.micro import micro_segments

CENTRES = np.array([[0.0, 0], [0, 8], [8, 0]])
IDS = ["s03", "s07"]


def customers(seed=0, sizes=(60, 50, 40)):
    """Two segments far apart; the first has three parts, the second is one cloud of ten."""
    random = np.random.default_rng(seed)
    parts = np.repeat(np.arange(3), sizes)
    points = np.concatenate(
        [
            CENTRES[parts] + 0.3 * random.normal(size=(len(parts), 2)),
            100 + random.normal(size=(10, 2)),
        ]
    )
    labels = np.repeat([0, 1], [len(parts), 10])
    return points, labels, parts


def divide(points, labels, incumbent=None, **settings):
    settings = {"most": 3, "rows_min": 20, "seed": 1, "cold_gain": 0.01, **settings}
    return micro_segments(
        points,
        labels,
        IDS,
        # The part at the right orders most, then the one above.
        points[:, 0] * 2 + points[:, 1],
        incumbent=incumbent or Incumbent([None] * len(points)),
        limits=Limits(),
        **settings,
    )


def test_parts_are_found_and_numbered_by_the_order_value():
    points, labels, _ = customers()
    found = divide(points, labels)
    assert [part.micro_segment_id for part in found] == ["s03.01", "s03.02", "s03.03"]
    assert [part.size for part in found] == [40, 50, 60]
    assert {part.segment for part in found} == {0}
    np.testing.assert_allclose([part.vector for part in found], CENTRES[[2, 1, 0]], atol=0.2)


@pytest.mark.parametrize(
    ("most", "rows_min", "parts"), [(0, 20, 0), (2, 20, 2), (9, 45, 2), (3, 80, 0)]
)
def test_a_segment_has_as_many_parts_as_are_wanted_and_large_enough(most, rows_min, parts):
    points, labels, _ = customers()
    found = divide(points, labels, most=most, rows_min=rows_min)
    assert len(found) == parts
    assert all(part.size >= rows_min for part in found)


def test_equal_customers_are_not_divided():
    assert divide(np.ones((90, 2)), np.zeros(90, dtype=int)) == ()


def test_parts_keep_their_ids_and_new_ones_get_numbers_never_used():
    points, labels, parts = customers()
    before = [f"s03.0{part + 4}" for part in parts] + ["s07.01"] * 10
    incumbent = Incumbent(
        ["s03"] * len(parts) + ["s07"] * 10, micro_labels=before, last_micro_ids=["s03.11", "s07.1"]
    )
    found = divide(points, labels, incumbent)
    assert {part.micro_segment_id: part.size for part in found} == {
        "s03.04": 60,
        "s03.05": 50,
        "s03.06": 40,
    }
    # Two parts where three were: the one that is another gets a number of its own.
    united = divide(points, labels, incumbent, most=2)
    ids = {part.micro_segment_id for part in united}
    assert len(ids) == 2
    assert ids - {"s03.04", "s03.05", "s03.06"} <= {"s03.12", "s03.13"}


def test_the_number_of_parts_stays_while_it_is_possible():
    points, labels, parts = customers()
    before = ["s03.01" if part == 0 else "s03.02" for part in parts] + [None] * 10
    incumbent = Incumbent(["s03"] * len(parts) + ["s07"] * 10, micro_labels=before)
    assert len(divide(points, labels, incumbent)) == 2
    assert len(divide(points, labels, incumbent, most=2, rows_min=40)) == 2
    assert len(divide(points, labels, incumbent, rows_min=70)) == 0


def test_parts_of_another_segment_lend_no_ids():
    """A segment that was born has parts of its own, even where the customers had parts before."""
    points, labels, parts = customers()
    before = [f"s02.0{part + 1}" for part in parts] + [None] * 10
    found = divide(points, labels, Incumbent([None] * len(points), micro_labels=before))
    assert [part.micro_segment_id for part in found] == ["s03.01", "s03.02", "s03.03"]


def test_a_fit_goes_on_from_the_parts_before_unless_new_starts_are_clearly_better():
    """On one round cloud any two halves are as good: those before stay."""
    points = np.random.default_rng(3).normal(size=(400, 2))
    labels = np.zeros(400, dtype=int)
    halves = points @ [1.0, 1.0] > 0
    before = np.where(halves, "s03.01", "s03.02").tolist()
    incumbent = Incumbent(["s03"] * 400, micro_labels=before)
    found = divide(points, labels, incumbent, most=2, cold_gain=0.5)
    assert [part.micro_segment_id for part in found] == ["s03.01", "s03.02"]
    assert found[0].vector.sum() > 0 > found[1].vector.sum()
    assert len(found) == 2 and abs(found[0].vector @ [1, -1]) < abs(found[0].vector @ [1, 1])
