"""Training is a recorded decision: when it happens, what it keeps, what stands in for it."""

import shutil

import duckdb
import pytest
from dbt_project_runner import ProjectRunner, table_hash

pytestmark = pytest.mark.slow

SEGMENTATION = ("build", "--select", "path:models/segmentation", "path:python_models/segmentation")
PARAMETERS = (
    "feature_scaling",
    "encoder_layers",
    "segment_prototypes",
    "segment_trials",
    "segment_tree",
    "segment_rule_bounds",
)
# No segment comes back unchanged from every resample: no clustering is good enough, not even with
# the k in force.
NOTHING_IS_GOOD_ENOUGH = {"segment_jaccard_min": 1, "segment_fewer_by": 0}


@pytest.fixture
def project(demo, tmp_path) -> ProjectRunner:
    """A copy of the project and of the built demo."""
    copy = ProjectRunner(tmp_path)
    shutil.copy(demo.warehouse, copy.warehouse)
    return copy


def hashes(project, *tables):
    return {table: rows(project, table) for table in tables}


def rows(project, table):
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        return table_hash(connection, f"segmentation.{table}")


def assigned(project):
    """Segment of each customer, whatever the model is called."""
    return project.query(
        "select customer_id, segment_id from segmentation.segment_assignments order by customer_id"
    )


def models(project):
    """Version, algorithm and status of every model, oldest decision first."""
    return project.query(
        """
        select model_version, algorithm, status
        from segmentation.segment_models
        order by decision_number
        """
    )


def test_a_build_with_nothing_due_trains_nothing_even_from_scratch(project):
    everything = (*PARAMETERS, "segment_model_log", "segment_assignments", "segment_descriptions")
    before = hashes(project, *everything)
    project.dbt(*SEGMENTATION, "--full-refresh").expect_success()
    assert hashes(project, *everything) == before
    assert project.query("select is_due from segmentation.segment_training_plan") == [(False,)]
    assert project.query("select count(*) from segmentation.segment_fits") == [(0,)]


def test_training_again_on_the_same_input_gives_the_same_model(project):
    before = hashes(project, *PARAMETERS, "segment_assignments")
    former = models(project)
    # As if the build had died before the decision was written: training is due again.
    project.execute(
        "delete from segmentation.segment_model_log", "delete from publication.publications"
    )
    project.dbt(*SEGMENTATION).expect_success()
    assert hashes(project, *PARAMETERS, "segment_assignments") == before
    assert models(project) == former


def test_training_goes_on_from_the_model_in_force(project):
    """Another version, and the same segments; the same input gives the same version again."""
    segments = assigned(project)
    for count in (2, 3):
        project.dbt(*SEGMENTATION, variables={"retrain": True}).expect_success()
        assert assigned(project) == segments
        assert len(models(project)) == 2
        assert project.query("select count(*) from segmentation.segment_model_log") == [(count,)]


def test_a_model_that_is_not_good_enough_does_not_replace_one_that_is(project):
    assigned = rows(project, "segment_assignments")
    project.dbt(
        *SEGMENTATION, variables={"retrain": True, **NOTHING_IS_GOOD_ENOUGH}
    ).expect_success()
    (_, *accepted), (_, *refused) = models(project)
    assert accepted == ["kmeans", "accepted"]
    assert refused == ["rules", "rejected"]
    assert rows(project, "segment_assignments") == assigned


def test_changed_features_retire_the_model_and_rules_stand_in(project):
    yaml = project.folder / "models/features/_features__models.yml"
    text = yaml.read_text()
    start = text.index("name: orders_365d\n")
    weight = text.index("weight: 1.0", start)
    yaml.write_text(text[:weight] + "weight: 2.0" + text[weight + len("weight: 1.0") :])
    project.dbt(*SEGMENTATION, variables=NOTHING_IS_GOOD_ENOUGH).expect_success()
    (_, *retired), (_, *accepted) = models(project)
    assert retired == ["kmeans", "retired"]
    assert accepted == ["rules", "accepted"]
    assert project.query(
        """
        select bool_and(segment_id in ('r01', 'r02', 'r03', 'r04', 'r05', 'r06'))
        from segmentation.segment_assignments
        where segment_id is not null
        """
    ) == [(True,)]
    words = project.query(
        "select decision from segmentation.segment_models where status = 'accepted'"
    )[0][0]
    assert "features or their treatment differ" in words
    assert "Segments by rules" in words


def test_changed_scaling_is_due_and_another_model(project):
    """What shapes the scaling is part of what a model was fitted on."""
    fitted = {version for version, _, _ in models(project)}
    for name, value in {
        "outlier_iqr_factor": 1.5,
        "outlier_z_limit": 2.5,
        "feature_missing_share_max": 0.5,
    }.items():
        project.dbt(
            "run", "--select", "segment_training_plan", variables={name: value}
        ).expect_success()
        ((is_due, version),) = project.query(
            "select is_due, model_version from segmentation.segment_training_plan"
        )
        assert is_due, name
        assert version not in fitted, name
        fitted.add(version)


def test_twenty_customers_are_enough_for_a_build(tmp_path):
    project = ProjectRunner(tmp_path)
    project.demo(20)
    project.dbt("build", "--exclude", "test_type:unit").expect_success()
    assert [model[1:] for model in models(project)] == [("rules", "accepted")]
    for level in ("segment", "macro"):
        named = project.query(
            f"select segment_name, share from marts.segments where level = '{level}'"
        )
        assert named
        assert abs(sum(share for _, share in named) - 1) < 1e-9
