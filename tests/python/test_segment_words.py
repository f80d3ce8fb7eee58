"""What is said of segments and customers, held against the demo it is said of."""

import itertools

import numpy as np
import pytest
import yaml
from dbt_project_runner import ROOT
from spoken_of_segments import check_personas

from coterie.frames import matrix

SETTINGS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["coterie"]


@pytest.fixture
def accepted(connection) -> str:
    query = "select model_version from segmentation.segment_models where status = 'accepted'"
    return connection.execute(query).fetchall()[0][0]


@pytest.fixture
def bounds(connection, accepted) -> list[tuple]:
    return connection.execute(
        """
        select leaf, segment_id, position, above, at_most
        from segmentation.segment_rule_bounds
        where model_version = ?
        order by leaf, position
        """,
        [accepted],
    ).fetchall()


def tree_says(bounds, prepared) -> np.ndarray:
    """Segment of each prepared vector, as the tree with its stored thresholds predicts it."""
    found = np.full(len(prepared), None, dtype=object)
    for (leaf, segment), rows in itertools.groupby(bounds, key=lambda row: row[:2]):
        inside = np.ones(len(prepared), dtype=bool)
        for _, _, position, above, at_most in rows:
            if above is not None:
                inside &= prepared[:, position - 1] > above
            if at_most is not None:
                inside &= prepared[:, position - 1] <= at_most
        assert (found[inside] == None).all(), leaf  # noqa: E711
        found[inside] = segment
    return found


def test_the_sql_of_the_rules_is_the_tree_row_by_row(connection, accepted, bounds):
    """Every where-clause holds for the customers, missing values included, that the tree names."""
    vectors = connection.sql(
        """
        select customer_id, prepared
        from segmentation.customer_vectors
        order by customer_id
        """
    ).to_arrow_table()
    predicted = tree_says(bounds, matrix(vectors["prepared"]))
    rules = dict(
        connection.execute(
            "select segment_id, rule_sql from marts.segments where level = 'segment'"
        ).fetchall()
    )
    assert len(rules) >= 4
    for segment, rule in rules.items():
        holds = connection.sql(
            f"""
            select coalesce({rule}, false) as holds
            from features.customer_features
            where
                is_current
                and customer_id in (select customer_id from segmentation.customer_vectors)
            order by customer_id
            """
        ).fetchnumpy()["holds"]
        assert (np.asarray(holds) == (predicted == segment)).all(), segment
    assert None not in set(predicted)


def test_the_stated_fidelity_is_the_measured_one(connection, accepted, bounds):
    """On the sample the model was fitted on, which of the demo is everyone with a segment."""
    rows = connection.sql(
        """
        select customer_vectors.prepared, segment_assignments.segment_id
        from segmentation.customer_vectors
        inner join segmentation.segment_assignments using (customer_id)
        inner join features.customer_features using (customer_id)
        where is_current and is_in_sample
        order by customer_id
        """
    ).to_arrow_table()
    truth = np.array(rows["segment_id"].to_pylist(), dtype=object)
    predicted = tree_says(bounds, matrix(rows["prepared"]))
    stated = connection.execute(
        "select segment_id, rule_precision, rule_recall, rule_fidelity "
        "from marts.segments where level = 'segment'"
    ).fetchall()
    for segment, precision, recall, fidelity in stated:
        both = ((truth == segment) & (predicted == segment)).sum()
        assert precision == pytest.approx(both / (predicted == segment).sum())
        assert recall == pytest.approx(both / (truth == segment).sum())
        assert fidelity == pytest.approx((truth == predicted).mean())
    assert stated[0][-1] >= SETTINGS["segment_fidelity_min"]


def test_rules_read_as_words(connection):
    rules = connection.execute("select rule from marts.segments where level = 'segment'").fetchall()
    columns = {
        name for (name, *_) in connection.execute("describe features.customer_features").fetchall()
    }
    for (rule,) in rules:
        assert rule
        assert not columns & set(rule.replace(",", " ").split()), "labels, not columns"


def test_reasons_are_the_largest_contributions(connection, accepted):
    rows = connection.sql(
        """
        select
            assigned.segment_id, assigned.second_segment_id, vectors.prepared,
            reasons.reason_1, reasons.reason_2, reasons.reason_3
        from segmentation.customer_vectors as vectors
        inner join segmentation.segment_assignments as assigned using (customer_id)
        inner join segmentation.segment_reasons as reasons using (customer_id)
        order by customer_id
        """
    ).to_arrow_table()
    centres = {
        segment: np.array(centre)
        for segment, centre in connection.execute(
            "select segment_id, centre from segmentation.segment_tree "
            "where model_version = ? and segment_id is not null",
            [accepted],
        ).fetchall()
    }
    prepared = matrix(rows["prepared"])
    own = np.array([centres[segment] for segment in rows["segment_id"].to_pylist()])
    second = np.array([centres[segment] for segment in rows["second_segment_id"].to_pylist()])
    gains = np.round((prepared - second) ** 2 - (prepared - own) ** 2, 6)
    labels = [
        label
        for (label,) in connection.execute(
            "select feature from segmentation.feature_scaling "
            "where model_version = ? order by position",
            [accepted],
        ).fetchall()
    ]
    values = connection.sql(
        f"""
        select {", ".join(labels)}
        from features.customer_features
        inner join segmentation.segment_reasons using (customer_id)
        where is_current
        order by customer_id
        """
    ).to_arrow_table()
    # A missing value is no reason, whatever stood in for it.
    gains[~np.column_stack([column.is_valid().to_numpy() for column in values.columns])] = 0
    ranked = np.argsort(-gains, axis=1, kind="stable")
    words: dict[int, set[str]] = {}
    agreeing = 0
    for place, name in enumerate(("reason_1", "reason_2", "reason_3")):
        for row, reason in enumerate(rows[name].to_pylist()):
            feature = int(ranked[row, place])
            if gains[row, feature] <= 0:
                assert reason is None
                continue
            direction = "high" if own[row, feature] > second[row, feature] else "low"
            assert reason.startswith(direction)
            words.setdefault(feature, set()).add(reason.removeprefix(direction))
            agreeing += 1
    assert agreeing > len(rows)
    assert all(len(found) == 1 for found in words.values()), "one label a feature"
    assert len(set(itertools.chain(*words.values()))) == len(words) <= len(labels)


def test_no_reason_names_what_is_not_known_of_the_customer(connection):
    """What stood in for a missing value in the vector says nothing of the customer."""
    models = yaml.safe_load((ROOT / "models/features/_features__models.yml").read_text())["models"]
    columns = {
        column["config"]["meta"]["label"]: column["name"]
        for model in models
        for column in model.get("columns", ())
        if column.get("config", {}).get("meta", {}).get("segmentation")
    }
    reasons = connection.sql(
        """
        select reason_1, reason_2, reason_3, features.*
        from marts.customer_segments
        inner join features.customer_features as features using (customer_id)
        where is_current and segment_id is not null
        """
    ).to_arrow_table()
    named = 0
    for row in reasons.to_pylist():
        for reason in filter(None, (row["reason_1"], row["reason_2"], row["reason_3"])):
            column = columns[reason.split(" ", 1)[1]]
            assert row[column] is not None, (row["customer_id"], reason)
            named += 1
    assert named > 2 * len(reasons)


def test_what_a_persona_says_is_true_of_the_orders(connection):
    """Shares of orders and of spend, not means of the customers' shares."""
    said = check_personas(lambda text: connection.execute(text).fetchall())
    assert min(said.values()) > 0


def test_levels_add_up(connection):
    macros = connection.execute(
        """
        select macro.segment_id, macro.size, sum(bottom.size), count(*)
        from marts.segments as macro
        inner join marts.segments as bottom on macro.segment_id = bottom.parent_segment_id
        group by all
        """
    ).fetchall()
    assert 2 <= len(macros) <= 3
    assert all(stated == counted for _, stated, counted, _ in macros)
    found = connection.execute(
        "select macro_segment_id, count(*) from marts.customer_segments "
        "where segment_id is not null group by 1"
    ).fetchall()
    assert sorted(found) == sorted((segment, size) for segment, size, *_ in macros)


def test_every_combination_has_advice_in_every_language(connection):
    combinations = itertools.product(
        ("high", "middle", "low"),
        ("recent", "earlier", "long ago", "mostly never", "never"),
        ("rising", "steady", "falling"),
        ("en", "fr"),
    )
    for value, recency, trend, language in combinations:
        found = connection.execute(
            """
            select recommended_use
            from reference.segment_uses
            where
                value_level in (?, 'any') and recency_class in (?, 'any') and trend in (?, 'any')
                and language = ?
            """,
            [value, recency, trend, language],
        ).fetchall()
        assert found, (value, recency, trend, language)


@pytest.mark.parametrize("seed", ["segment_phrases", "persona_phrases", "segment_uses"])
def test_every_phrase_is_said_in_both_languages(connection, seed):
    keys = {
        "segment_phrases": "feature, direction, topic, phrase is null",
        "persona_phrases": "kind, feature",
        "segment_uses": "priority, value_level, recency_class, trend",
    }[seed]
    sides = {
        language: connection.execute(
            f"select {keys} from reference.{seed} where language = ? order by all", [language]
        ).fetchall()
        for language in ("en", "fr")
    }
    assert sides["en"]
    assert sides["en"] == sides["fr"]


def test_a_persona_of_each_segment_in_each_language(connection):
    missing = connection.execute(
        """
        select segment_id
        from marts.segments
        left join marts.segment_personas using (segment_id)
        group by segment_id
        having count(distinct language) <> 2
        """
    ).fetchall()
    assert missing == []
    named = connection.execute(
        """
        select segments.segment_name, personas.segment_name
        from marts.segments as segments
        inner join marts.segment_personas as personas using (segment_id)
        where personas.language = 'en'
        """
    ).fetchall()
    assert all(stated == own for stated, own in named)
