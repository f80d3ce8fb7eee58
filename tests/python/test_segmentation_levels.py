"""The tree of segments, macro-segments, and the rules of the surrogate tree: known answers."""

import itertools
import json

import duckdb
import numpy as np
import pytest
from rendered_macros import ROOT, render
from scipy.cluster.hierarchy import linkage
from segmentation_samples import round_groups

from coterie.frames import with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import Settings, assign, fit_segments, fits_rows
from coterie.segmentation.identity import segment_id_at
from coterie.segmentation.levels import macro_count, segment_tree, ward_merges
from coterie.segmentation.surrogate import fit_tree, learn_rules


def test_unions_of_equal_weights_are_those_of_scipy():
    points = np.random.default_rng(0).normal(size=(9, 4))
    expected = linkage(points, "ward")
    found = ward_merges(points, [1] * 9)
    assert [sorted(merge[:2]) for merge in found] == np.sort(expected[:, :2]).tolist()
    np.testing.assert_allclose([height for *_, height in found], expected[:, 2])


def test_a_point_of_weight_n_is_n_points():
    """Uniting weighted means is what Ward does once the copies are united."""
    points = np.array([[0.0, 0], [3, 0], [0, 5]])
    sizes = [3, 1, 2]
    expected = linkage(np.repeat(points, sizes, axis=0), "ward")[-2:, 2]
    np.testing.assert_allclose([h for *_, h in ward_merges(points, sizes)], expected)


@pytest.mark.parametrize(
    ("heights", "most", "expected"),
    [
        ([], 3, 0),
        ([1.0], 3, 0),
        ([1.0, 2.0], 3, 2),
        ([1.0, 2.0, 10.0], 3, 2),
        ([1.0, 6.0, 10.0], 3, 3),
        ([1.0, 6.0, 10.0], 2, 2),
        ([1.0, 2.0, 4.0], 3, 2),
        ([0.0, 0.0, 1.0], 3, 2),
    ],
)
def test_macro_segments_are_cut_where_branches_are_longest(heights, most, expected):
    assert macro_count(heights, most=most) == expected


def test_macro_segments_hold_what_lies_together():
    centres = np.array([[0.0, 0], [1, 0], [50, 0], [51, 0], [0, 90]])
    labels = np.repeat(np.arange(5), [4, 3, 2, 5, 6])
    points = centres[labels]
    tree = segment_tree(points * 2, points, labels, most=3)
    assert [node.macro for node in tree] == [1, 1, 2, 2, 3, 2, 1, None, None]
    assert [node.size for node in tree] == [4, 3, 2, 5, 6, 7, 7, 14, 20]
    assert [(node.left, node.right) for node in tree[5:7]] == [(3, 4), (1, 2)]
    np.testing.assert_array_equal(tree[2].centre, [100, 0])
    assert all(low.height <= high.height for low, high in itertools.pairwise(tree))


def test_macro_segments_do_not_depend_on_the_number_that_a_segment_has():
    centres = np.array([[0.0, 0], [1, 0], [50, 0], [51, 0], [0, 90]])
    labels = np.repeat(np.arange(5), [4, 3, 2, 5, 6])
    order = np.array([3, 0, 4, 1, 2])
    renamed = segment_tree(centres[labels], centres[labels], order[labels], most=3)
    together = {node.macro: set() for node in renamed if node.segment is not None}
    for node in renamed[:5]:
        together[node.macro].add(int(np.flatnonzero(order == node.segment)[0]))
    assert sorted(together.values(), key=min) == [{0, 1}, {2, 3}, {4}]


def holds(rules, values):
    """Segment of each row as the rules say it, -1 where none holds."""
    found = np.full(len(values), -1)
    for leaf in {bound.leaf for bound in rules}:
        inside = np.ones(len(values), dtype=bool)
        for bound in rules:
            if bound.leaf == leaf and bound.feature is not None:
                column = values[:, bound.feature]
                inside &= column > (-np.inf if bound.above is None else bound.above)
                inside &= column <= (np.inf if bound.at_most is None else bound.at_most)
                segment = bound.segment
            elif bound.leaf == leaf:
                segment = bound.segment
        assert (found[inside] == -1).all(), "leaves do not overlap"
        found[inside] = segment
    return found


def test_the_rules_are_the_tree():
    values, truth = round_groups(spread=2.0)
    rules = learn_rules(values, truth, leaves=15)
    tree = fit_tree(values, truth, leaves=15)
    found = holds(rules, values)
    assert (found == tree.predict(values)).all()
    leaves = {bound.leaf: bound for bound in rules}
    assert sum(leaf.size for leaf in leaves.values()) == len(values)
    right = sum(leaf.right for leaf in leaves.values())
    assert right == (found == truth).sum() < len(values)
    assert [leaves[n].size for n in sorted(leaves)] == sorted(
        (leaf.size for leaf in leaves.values()), reverse=True
    )


def test_leaves_that_say_the_same_are_one():
    values = np.arange(40.0).reshape(-1, 1)
    labels = (np.arange(40) >= 20).astype(int)
    rules = learn_rules(values, labels, leaves=8)
    assert [(rule.segment, rule.above, rule.at_most) for rule in rules] == [
        (0, None, 19.5),
        (1, 19.5, None),
    ]


def test_customers_without_a_segment_grow_no_rule():
    values = np.arange(60.0).reshape(-1, 1)
    labels = np.repeat([0, 1, -1], 20)
    rules = learn_rules(values, labels, leaves=6)
    assert {rule.segment for rule in rules} == {0, 1}
    assert sum(rule.size for rule in rules) == 40
    assert learn_rules(values, np.full(60, -1), leaves=6) == ()


def test_a_round_stores_its_tree_and_rules():
    values, truth = round_groups()
    settings = Settings(
        k_screened_max=8, resamples=5, null_draws=2, gap_draws=2, examined_full=1, macro_count=2
    )
    fit = fit_segments(values, truth.astype(float), settings=settings)
    rows = with_schema(fits_rows(fit, "v"), SEGMENT_FITS).to_pylist()
    levels = [row for row in rows if row["part"] == "level"]
    assert len(levels) == 2 * fit.segment_count - 1
    assert [row["segment_id"] for row in levels[: fit.segment_count]] == [
        f"s{number:02d}" for number in range(1, fit.segment_count + 1)
    ]
    assert {row["macro"] for row in levels if row["segment_id"]} == {1, 2}
    labels = assign(fit.encoder.encode(values), fit.prototypes)
    np.testing.assert_allclose(levels[1]["vector"], values[labels == 1].mean(axis=0))
    leaves = {row["leaf"]: row for row in rows if row["part"] == "rule"}
    assert sum(row["customers"] for row in leaves.values()) == len(values)
    assert {row["segment_id"] for row in leaves.values()} == {
        row["segment_id"] for row in levels if row["segment_id"]
    }


def test_no_id_is_of_a_rule_and_of_a_fitted_segment(tmp_path):
    """A change from rules to a fitted model gives no old id a new meaning, on any level."""
    rules = """{{ tojson({
        'segments': coterie.segment_rules() | map(attribute='segment_id') | list,
        'above': coterie.segment_rules() | map(attribute='macro_segment_id') | list,
        'named': coterie.macro_rules() | map(attribute='segment_id') | list,
    }) }}"""
    tree = (ROOT / "models/segmentation/segment_tree.sql").read_text()
    rendered = render(tmp_path, {"rules": rules, "tree": tree}, models=["segment_fits"])
    ids = json.loads(rendered["rules"])
    assert set(ids["above"]) == set(ids["named"])
    fitted = {segment_id_at(number) for number in range(1, 121)}
    with duckdb.connect() as connection:
        connection.execute(
            "create table segment_fits as select 'level' as part, 'v' as model_version, "
            "position as node, segment_id, position as macro, 1 as customers, 0.0 as height, "
            "null as left_node, null as right_node, [0.0] as vector "
            "from (select unnest(?) as segment_id, generate_subscripts(?, 1) as position)",
            [sorted(fitted)] * 2,
        )
        found = connection.sql(rendered["tree"]).to_arrow_table()
    macros = set(found["macro_segment_id"].to_pylist())
    assert len(macros) == len(fitted)
    assert not (fitted | macros) & (set(ids["segments"]) | set(ids["named"]))
