"""Pictures of a sample: axes that SQL lays everyone out on, and maps of neighbours."""

import duckdb
import numpy as np
import pytest
from dbt_project_runner import ProjectRunner
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from coterie.frames import matrix
from coterie.segmentation import axis_rows, map_axes, map_rows, neighbour_map

# Customers of the map: few, for it takes a while.
MAPPED = 300


@pytest.fixture(scope="module")
def values():
    """Three groups of 80 customers in six features."""
    random = np.random.default_rng(3)
    middles = random.normal(scale=4, size=(3, 6))
    return middles[np.repeat(np.arange(3), 80)] + random.normal(size=(240, 6))


def test_axes_are_the_principal_components(values):
    axes = map_axes(values)
    pca = PCA(n_components=3, svd_solver="full").fit(values)
    for number, axis in enumerate(axes):
        component = pca.components_[number]
        turn = np.sign(axis.weights @ component)
        np.testing.assert_allclose(axis.weights, turn * component, rtol=1e-9, atol=1e-12)
        placed = values @ axis.weights + axis.bias
        np.testing.assert_allclose(
            placed, turn * pca.transform(values)[:, number], rtol=1e-9, atol=1e-9
        )
        assert axis.variance_share == pytest.approx(pca.explained_variance_ratio_[number])
    assert len(axes) == 3


def test_the_sign_of_an_axis_is_that_of_its_largest_weight(values):
    for sample in (values, -values):
        for axis in map_axes(sample):
            assert axis.weights[np.argmax(np.abs(axis.weights))] > 0


@pytest.mark.parametrize(
    ("sample", "count"),
    [
        (np.empty((0, 0)), 0),
        (np.ones((20, 4)), 0),
        (np.full((20, 4), np.nan), 0),
        (np.outer(np.arange(20.0), [1, 2, 0, 0]), 1),
        (np.arange(20.0).reshape(-1, 2) ** 2, 2),
    ],
)
def test_there_are_as_many_axes_as_the_sample_varies_along(sample, count):
    assert len(map_axes(sample)) == count
    assert [row["unit"] for row in axis_rows(sample, "v1")] == list(range(1, count + 1))


@pytest.mark.parametrize("dimensions", [2, 3])
def test_neighbours_stay_neighbours(values, dimensions):
    drawn = neighbour_map(values, dimensions, seed=1)
    assert drawn.shape == (240, dimensions)
    assert trustworthiness(values, drawn, n_neighbors=10) > 0.85
    shuffled = np.random.default_rng(0).permutation(drawn)
    assert trustworthiness(values, shuffled, n_neighbors=10) < 0.6


def test_the_last_bits_of_a_point_do_not_move_the_map(values):
    rounded = np.round(values, 6)
    drawn = neighbour_map(rounded, 2, seed=1)
    np.testing.assert_array_equal(neighbour_map(rounded + 1e-12, 2, seed=1), drawn)
    moved = rounded.copy()
    moved[::2] += 1e-4
    assert not np.allclose(neighbour_map(moved, 2, seed=1), drawn)


def test_few_components_and_few_customers_can_be_drawn(values):
    assert np.isfinite(neighbour_map(values[:12, :1], 3, seed=1)).all()
    with pytest.raises(ValueError, match="needs 10 customers, got 9"):
        neighbour_map(values[:9], 2, seed=1)


def test_no_map_is_drawn_of_too_little():
    customers = [f"c{number}" for number in range(20)]
    assert list(map_rows(np.ones((20, 3)), customers, seed=1)) == []
    few = np.arange(27.0).reshape(9, 3)
    assert list(map_rows(few, customers[:9], seed=1)) == []


def test_every_customer_lies_where_the_axes_put_them(connection):
    table = connection.sql(
        """
        select customer_vectors.prepared, pca_1, pca_2, pca_3
        from segmentation.customer_vectors
        inner join publication.customer_segments_store using (customer_id)
        order by customer_id
        """
    ).to_arrow_table()
    prepared = matrix(table["prepared"])
    axes = connection.sql(
        """
        select weights, bias
        from segmentation.segment_map_axes
        inner join segmentation.segment_models using (model_version)
        where status = 'accepted'
        order by axis
        """
    ).to_arrow_table()
    placed = prepared @ matrix(axes["weights"]).T + axes["bias"].to_numpy()
    found = np.array([table[f"pca_{number}"].to_numpy() for number in (1, 2, 3)]).T
    # Six decimals are kept: it is a picture.
    np.testing.assert_allclose(found, placed, rtol=0, atol=5.1e-7)
    pca = PCA(n_components=3, svd_solver="full").fit(prepared)
    np.testing.assert_allclose(np.abs(found), np.abs(pca.transform(prepared)), rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def mapped(demo, tmp_path_factory) -> ProjectRunner:
    """The demo after its map was asked for."""
    project = ProjectRunner(tmp_path_factory.mktemp("mapped"))
    project.warehouse.write_bytes(demo.warehouse.read_bytes())
    drawn = project.dbt(
        "build", "--select", "segment_map_vectors+", variables={"segment_map_rows": MAPPED}
    )
    drawn.expect_success()
    return project


def test_no_build_draws_a_map_by_itself(connection):
    assert connection.execute("from marts.segment_map").fetchall() == []


def test_the_map_is_of_the_published_model(mapped):
    with duckdb.connect(str(mapped.warehouse), read_only=True) as connection:
        found = connection.execute(
            """
            select count(*), count(distinct segment_map.customer_id), count(tsne_x + tsne3_z)
            from marts.segment_map
            inner join marts.customer_segments using (customer_id, segment_id, model_version)
            """
        ).fetchall()
    assert found == [(MAPPED, MAPPED, MAPPED)]


def test_a_refused_model_leaves_no_trace_in_the_map(mapped, tmp_path):
    """Points of a model that no publication names are in no mart."""
    path = tmp_path / mapped.warehouse.name
    path.write_bytes(mapped.warehouse.read_bytes())
    with duckdb.connect(str(path)) as connection:
        before = connection.execute("from marts.segment_map order by all").fetchall()
        curves = connection.execute("from marts.segment_curves order by all").fetchall()
        for table in ("segment_map_points", "segment_trials"):
            connection.execute(
                f"insert into segmentation.{table} select * replace ('other' as model_version) "
                f"from segmentation.{table}"
            )
        assert connection.execute("from marts.segment_map order by all").fetchall() == before
        assert connection.execute("from marts.segment_curves order by all").fetchall() == curves
        connection.execute("update publication.publications set model_version = 'other'")
        connection.execute("update publication.customer_segments_store set model_version = 'other'")
        assert connection.execute("select count(*) from marts.segment_map").fetchall() == [
            (len(before),)
        ]


def test_the_curves_have_a_point_for_each_k(connection):
    lines = connection.execute(
        """
        select count(*), count(inertia), count(silhouette), min(k), max(k),
            count(*) filter (is_elbow), count(*) filter (is_chosen)
        from marts.segment_curves
        group by algorithm, encoder
        """
    ).fetchall()
    assert lines == [(11, 11, 11, 2, 12, 1, 1)]


def test_the_links_unite_every_segment(connection):
    rows = connection.execute(
        "select node, segment_id, left_node, right_node, height, sample_size "
        "from marts.segment_dendrogram order by node"
    ).fetchall()
    segments = {row[0] for row in rows if row[1] is not None}
    ((count,),) = connection.execute(
        "select count(distinct segment_id) from marts.customer_segments"
    ).fetchall()
    assert len(segments) == count
    sizes = {row[0]: row[5] for row in rows}
    open_nodes = set(segments)
    for node, segment_id, left, right, height, size in rows:
        if segment_id is None:
            open_nodes -= {left, right}
            open_nodes.add(node)
            assert height > 0
            assert size == sizes[left] + sizes[right]
    assert len(open_nodes) == 1
