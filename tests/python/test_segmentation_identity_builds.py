"""Segments keep their ids over trainings, and what became of them is published with the model."""

import shutil

import numpy as np
import pytest
from dbt_project_runner import ProjectRunner
from spoken_of_segments import check_personas

pytestmark = pytest.mark.slow

# What follows the features; nothing before it depends on a model.
FROM_THE_FEATURES_ON = (
    "path:models/segmentation",
    "path:python_models/segmentation",
    "path:models/publication",
    "path:models/marts",
)
# The demo has six or seven groups; any number of them shall pass.
FEWER = {"segment_k_max": 5, "segment_jaccard_min": 0.3, "segment_ari_min": 0.3}
FEW = "assert_the_new_model_moves_few"
# The demo of 1,000 customers has segments of about 150.
PARTS = {"segment_micro_count": 2, "segment_micro_rows_min": 30}


@pytest.fixture
def project(demo, tmp_path) -> ProjectRunner:
    """A copy of the project and of the built demo."""
    copy = ProjectRunner(tmp_path)
    shutil.copy(demo.warehouse, copy.warehouse)
    return copy


def train(project, command="run", **variables):
    selection = ("--select", *FROM_THE_FEATURES_ON)
    return project.dbt(command, *selection, variables={"retrain": True, **variables})


def segments(project):
    """Segment of each customer."""
    return dict(project.query("select customer_id, segment_id from marts.customer_segments"))


def micro_segments(project):
    """Micro-segment of each customer."""
    return dict(project.query("select customer_id, micro_segment_id from marts.customer_segments"))


def lineage(project):
    """Kind, segment before and after of the last publication's model."""
    return project.query(
        """
        select kind, from_segment_id, to_segment_id
        from marts.segment_lineage
        where model_version = (select min(model_version) from marts.segments)
        order by from_segment_id, to_segment_id
        """
    )


def numbers(identifiers):
    return {int(identifier[1:]) for identifier in identifiers}


def test_another_seed_moves_nobody(project):
    before = segments(project)
    assert {kind for kind, _, _ in lineage(project)} == {"born"}
    train(project, **PARTS).expect_success()
    parts_before = micro_segments(project)
    built = train(project, "build", segment_seed=43, **PARTS).expect_success()
    assert built.status(FEW) == "pass"
    after = segments(project)
    assert before.keys() == after.keys()
    assert sum(before[c] != after[c] for c in before) < 0.01 * len(before)
    assert {kind for kind, _, _ in lineage(project)} == {"kept"}
    assert project.query("select count(*) from segmentation.segment_models") == [(3,)]

    parts = micro_segments(project)
    divided = [c for c in parts if parts_before[c] is not None]
    assert len({parts_before[c] for c in divided}) >= 4
    assert sum(parts_before[c] != parts[c] for c in divided) < 0.01 * len(divided)
    # Each in the part of their segment that is nearest, as numpy has it.
    nearest = {}
    rows = project.query(
        """
        select customer_vectors.customer_id, prototypes.micro_segment_id, encoded, vector
        from segmentation.customer_vectors
        inner join segmentation.segment_assignments using (customer_id)
        inner join segmentation.segment_micro_prototypes as prototypes
            on prototypes.model_version = customer_vectors.model_version
            and prototypes.segment_id = segment_assignments.segment_id
        """
    )
    for customer, part, encoded, vector in rows:
        distance = np.linalg.norm(np.array(encoded) - vector)
        nearest[customer] = min(nearest.get(customer, (np.inf, "")), (distance, part))
    assert {c: part for c, (_, part) in nearest.items()} == {c: p for c, p in parts.items() if p}
    check_personas(project.query)


def test_another_number_of_segments_is_told_and_no_number_is_used_twice(project):
    first = set(segments(project).values()) - {None}
    train(project, **FEWER).expect_success()
    second = set(segments(project).values()) - {None}
    assert len(second) < len(first)
    rows = lineage(project)
    assert {before for _, before, _ in rows} - {None} == first
    assert {after for _, _, after in rows} - {None} == second
    assert {kind for kind, _, _ in rows} & {"merged", "retired"}
    assert all(before == after for kind, before, after in rows if kind == "kept")
    assert all(number > max(numbers(first)) for number in numbers(second - first))

    # Who has saved audiences by segment is warned of what the model moves.
    (share,) = project.query(
        "select sum(customers) filter (from_segment_id <> to_segment_id) / sum(customers) "
        "from marts.segment_flows where moved_by = 'model' and from_segment_id <> 'none'"
    )[0]
    for limit, status in ((share - 0.01, "warn"), (share + 0.01, "pass")):
        warned = project.dbt("test", "--select", FEW, variables={"stayers_min": 1 - limit})
        assert warned.status(FEW) == status

    # Back to more segments: those that went are not called by their old names again.
    train(project).expect_success()
    third = set(segments(project).values()) - {None}
    assert third - second
    assert not (third - second) & first
    assert all(number > max(numbers(first | second)) for number in numbers(third - second))

    # Taken back: who read the third publication must not meet its ids with another meaning.
    project.execute("delete from publication.publications where publication_id > 2")
    train(project, segment_seed=44).expect_success()
    assert project.query("select max(publication_id) from publication.publications") == [(3,)]
    fourth = set(segments(project).values()) - {None}
    assert fourth - second
    assert all(number > max(numbers(third)) for number in numbers(fourth - second))


def test_a_refused_model_leaves_no_lineage(project):
    marts = project.marts_hash()
    rows = lineage(project)
    everything = project.query("select * from marts.segment_lineage order by all")
    train(project, max_rejected_share=0.0, **FEWER).expect_success()
    assert project.query("select max(publication_id) from publication.publications") == [(1,)]
    assert project.query("select count(*) from segmentation.segment_models") == [(2,)]
    assert project.query("select * from marts.segment_lineage order by all") == everything
    assert project.marts_hash() == marts

    # The next training goes on from what is published.
    train(project, segment_seed=43).expect_success()
    assert {kind for kind, _, _ in lineage(project)} == {"kept"}
    assert {after for _, _, after in lineage(project)} == {after for _, _, after in rows}


def test_a_build_that_is_run_again_compares_with_what_is_published(project):
    """After a kill, whole and under the same build_id: its own model is not what it follows on."""
    same = {"retrain": True, "segment_seed": 43, "build_id": "killed and run again"}
    selection = ("--select", *FROM_THE_FEATURES_ON)
    project.dbt("run", *selection, "--exclude", "publications+", variables=same).expect_success()
    train(project, **same).expect_success()
    assert project.query("select max(publication_id) from publication.publications") == [(2,)]
    assert project.query("select count(*) from segmentation.segment_model_log") == [(2,)]
    compared, share = project.query(
        "select compared_customers, stayer_share from marts.segment_health "
        "order by publication_id desc limit 1"
    )[0]
    assert compared > 500
    assert share > 0.99
    assert project.query("select * from marts.segment_flows where moved_by = 'both'") == []


def test_rules_follow_on_fitted_segments_and_back(project):
    first = set(segments(project).values()) - {None}
    yaml = project.folder / "models/features/_features__models.yml"
    text = yaml.read_text()
    start = text.index("name: orders_365d\n")
    weight = text.index("weight: 1.0", start)
    yaml.write_text(text[:weight] + "weight: 2.0" + text[weight + len("weight: 1.0") :])
    # The features are others, so the segments are told from the last publication.
    train(project, segment_jaccard_min=1, segment_fewer_by=0).expect_success()
    rules = set(segments(project).values()) - {None}
    assert rules <= {f"r0{number}" for number in range(1, 7)}
    assert project.query("select distinct basis from marts.segment_lineage order by 1") == [
        ("none",),
        ("publication",),
    ]
    assert {before for _, before, _ in lineage(project)} - {None} == first
    check_personas(project.query)

    train(project).expect_success()
    fitted = set(segments(project).values()) - {None}
    assert not fitted & (first | rules)
    assert all(number > max(numbers(first)) for number in numbers(fitted))
    assert {before for _, before, _ in lineage(project)} - {None} == rules
    assert {kind for kind, _, _ in lineage(project)} <= {
        "replaced",
        "split",
        "merged",
        "born",
        "retired",
    }
