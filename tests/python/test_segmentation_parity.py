"""What SQL computes from the parameter tables is what numpy and scikit-learn compute."""

import shutil

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from coterie.frames import matrix, with_schema
from coterie.schemas import SEGMENT_FITS
from coterie.segmentation import (
    ALGORITHMS,
    assign,
    fit_clustering,
    fit_encoder,
    represent,
    segment_id_at,
)
from coterie.segmentation.numerics import even_rows
from coterie.segmentation.rows import encoder_rows, prototype_rows

# Promise of the house: absolute 1e-12 or relative 1e-9.
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture
def vectors(connection):
    """Vectors and assignments of the customers that have them, by customer_id."""
    table = connection.sql(
        """
        select
            customer_vectors.*,
            segment_assignments.segment_id,
            segment_assignments.distance,
            segment_assignments.second_segment_id,
            segment_assignments.confidence,
            customer_features.is_in_sample
        from segmentation.customer_vectors
        inner join segmentation.segment_assignments using (customer_id)
        inner join features.customer_features using (customer_id)
        where customer_features.is_current
        order by customer_id
        """
    ).to_arrow_table()
    assert table.num_rows > 0
    return table


@pytest.fixture
def prototypes(connection):
    """Segment ids and the matrix of their centres, of the accepted model."""
    table = connection.sql(
        """
        select segment_id, vector
        from segmentation.segment_prototypes
        inner join segmentation.segment_models using (model_version)
        where status = 'accepted'
        order by segment_id
        """
    ).to_arrow_table()
    return np.array(table["segment_id"].to_pylist()), matrix(table["vector"])


def prepared_by_numpy(values, treatment):
    """Prepare one feature with numpy; the parameters are learnt from the rows of the sample."""
    values, in_sample = values
    if treatment["transform"] == "log1p":
        values = np.sign(values) * np.log1p(np.abs(values))
    elif treatment["transform"] == "sqrt":
        values = np.sign(values) * np.sqrt(np.abs(values))
    elif treatment["transform"] == "logit":
        held = np.clip(values, 0.005, 0.995)
        values = np.log(held / (1 - held))
    known = values[in_sample & ~np.isnan(values)]
    low, high = -np.inf, np.inf
    if treatment["outliers"] != "none":
        low, high = known.mean() - 3 * known.std(), known.mean() + 3 * known.std()
        first, third = np.percentile(known, [25, 75])
        if treatment["outliers"] == "iqr" and third > first:
            low, high = first - 3 * (third - first), third + 3 * (third - first)
    impute = {"zero": 0.0, "mean": known.mean(), "median": np.median(known)}[treatment["impute"]]
    settled = np.clip(np.where(np.isnan(values), impute, values), low, high)
    learnt = settled[in_sample]
    if not treatment["is_used"]:
        return np.zeros(len(values))
    return (settled - learnt.mean()) / learnt.std() * treatment["weight"]


def test_prepared_vectors_equal_numpy(connection, vectors):
    treatments = (
        connection.sql(
            """
            select feature_scaling.*
            from segmentation.feature_scaling
            inner join segmentation.segment_models using (model_version)
            where status = 'accepted'
            order by position
            """
        )
        .to_arrow_table()
        .to_pylist()
    )
    prepared = matrix(vectors["prepared"])
    assert prepared.shape[1] == len(treatments)
    in_sample = np.array(vectors["is_in_sample"])
    for position, treatment in enumerate(treatments):
        raw = connection.execute(
            f"""
            select cast({treatment["feature"]} as double) as value
            from features.customer_features
            inner join segmentation.customer_vectors using (customer_id)
            where is_current
            order by customer_id
            """
        ).fetchnumpy()["value"]
        values = np.ma.filled(np.ma.asarray(raw, dtype=np.float64), np.nan)
        expected = prepared_by_numpy((values, in_sample), treatment)
        # Values are rounded to nine decimals before they are prepared.
        np.testing.assert_allclose(
            prepared[:, position], expected, rtol=1e-7, atol=1e-7, err_msg=treatment["feature"]
        )


def test_encoded_vectors_equal_principal_components(vectors):
    prepared, encoded = matrix(vectors["prepared"]), matrix(vectors["encoded"])
    in_sample = np.array(vectors["is_in_sample"])
    pca = PCA(n_components=encoded.shape[1], svd_solver="full").fit(prepared[in_sample])
    assert pca.explained_variance_ratio_.sum() >= 0.95
    assert pca.explained_variance_ratio_[:-1].sum() < 0.95
    # Parameters hold twelve significant digits, a coordinate sums one product per feature.
    np.testing.assert_allclose(encoded, pca.transform(prepared), rtol=1e-9, atol=1e-9)


def test_segments_equal_predict_for_every_customer(vectors, prototypes):
    segment_ids, centres = prototypes
    encoded = matrix(vectors["encoded"])
    model = KMeans(n_clusters=len(centres), init=centres, n_init=1, max_iter=1).fit(encoded)
    model.cluster_centers_ = centres
    predicted = segment_ids[model.predict(encoded)]
    assert (predicted == np.array(vectors["segment_id"].to_pylist())).all()

    distances = model.transform(encoded)
    exact = np.linalg.norm(encoded[:, None, :] - centres[None, :, :], axis=2)
    np.testing.assert_allclose(distances, exact, rtol=1e-9)
    ranked = np.sort(exact, axis=1)
    np.testing.assert_allclose(vectors["distance"].to_numpy(), ranked[:, 0], **TOLERANCE)
    np.testing.assert_allclose(
        vectors["confidence"].to_numpy(), 1 - ranked[:, 0] / ranked[:, 1], **TOLERANCE
    )
    runners_up = segment_ids[np.argsort(exact, axis=1)[:, 1]]
    assert (runners_up == np.array(vectors["second_segment_id"].to_pylist())).all()


def test_the_prototypes_are_where_k_means_settles(vectors, prototypes):
    """Another round of k-means on the sample moves no centre: the stored ones are the answer."""
    _, centres = prototypes
    encoded = matrix(vectors["encoded"])[np.array(vectors["is_in_sample"])]
    settled = KMeans(n_clusters=len(centres), init=centres, n_init=1).fit(encoded).cluster_centers_
    assert np.abs(settled - centres).max() < 0.01


def test_profiles_equal_numpy(connection):
    rows = connection.execute(
        """
        select segment_id, cast(revenue_365d as double) as revenue
        from segmentation.segment_assignments
        inner join features.customer_features using (customer_id, as_of_date)
        where segment_id is not null
        """
    ).fetchnumpy()
    profiles = connection.execute(
        """
        select coalesce(members, segment_id), mean, median, population_mean, index_100, z
        from segmentation.segment_profile_figures
        inner join segmentation.segment_sizes using (segment_id)
        where feature = 'revenue_365d'
        """
    ).fetchall()
    assert any(median is None for _, _, median, *_ in profiles), "a macro-segment"
    revenue, segments = np.asarray(rows["revenue"]), np.asarray(rows["segment_id"])
    logs = np.log1p(revenue)
    for members, mean, median, population_mean, index_100, z in profiles:
        own = np.isin(segments, members.split(", "))
        expected_z = (logs[own].mean() - logs.mean()) / logs.std()
        np.testing.assert_allclose(mean, revenue[own].mean(), **TOLERANCE)
        if median is not None:
            np.testing.assert_allclose(median, np.median(revenue[own]), **TOLERANCE)
        np.testing.assert_allclose(population_mean, revenue.mean(), **TOLERANCE)
        np.testing.assert_allclose(
            index_100, 100 * revenue[own].mean() / revenue.mean(), **TOLERANCE
        )
        np.testing.assert_allclose(z, expected_z, rtol=1e-7, atol=1e-9)


class Scorer:
    """The demo's customers, scored by the compiled models with parameters that a test puts in."""

    def __init__(self, demo, folder) -> None:
        path = folder / demo.warehouse.name
        shutil.copy(demo.warehouse, path)
        self.connection = duckdb.connect(str(path))
        compiled = demo.target / "compiled/coterie/models/segmentation"
        if not compiled.exists():
            # Another run built the demo.
            demo.dbt("compile", "--select", "path:models/segmentation").expect_success()
        self.models = {
            name: (compiled / f"{name}.sql").read_text()
            for name in ("customer_vectors", "segment_assignments")
        }
        query = "select model_version from segmentation.segment_models where status = 'accepted'"
        ((self.version,),) = self.connection.execute(query).fetchall()

    def vectors(self, encoder) -> pa.Table:
        """Vectors of all customers, by customer_id, as an encoder makes them."""
        self._put("encoder_layers", "weights", encoder_rows(encoder))
        query = self.models["customer_vectors"]
        self.connection.execute(f"create or replace table segmentation.customer_vectors as {query}")
        query = "select * from segmentation.customer_vectors order by customer_id"
        return self.connection.sql(query).to_arrow_table()

    def assignments(self, prototypes) -> pa.Table:
        """Assignments of the customers that have a vector, by customer_id."""
        self._put("segment_prototypes", "vector", prototype_rows(prototypes))
        return self.connection.sql(
            f"select * from ({self.models['segment_assignments']}) "
            "where customer_id in (select customer_id from segmentation.customer_vectors) "
            "order by customer_id"
        ).to_arrow_table()

    def _put(self, table: str, vector: str, rows) -> None:
        fits = with_schema([{**row, "model_version": self.version} for row in rows], SEGMENT_FITS)
        names = [vector if name == "vector" else name for name in fits.schema.names]
        self.connection.register("fits", fits.rename_columns(names))
        self.connection.execute(f"delete from segmentation.{table}")
        known = self.connection.sql(f"from segmentation.{table}").to_arrow_table().schema.names
        self.connection.execute(
            f"insert into segmentation.{table} by name select {', '.join(known)} from fits"
        )


@pytest.fixture(scope="module")
def scorer(demo, tmp_path_factory):
    """Score with parameters of one's own, on a copy of the demo warehouse."""
    scorer = Scorer(demo, tmp_path_factory.mktemp("scorer"))
    yield scorer
    scorer.connection.close()


@pytest.mark.parametrize("name", ["none", "pca:0.8", "pca:kaiser", "autoencoder"])
def test_every_encoder_in_sql(scorer, vectors, name):
    prepared = matrix(vectors["prepared"])
    encoder = fit_encoder(prepared, name)
    encoded = matrix(scorer.vectors(encoder)["encoded"])
    assert len(encoder.layers) == {"none": 0, "autoencoder": 2}.get(name, 1)
    assert encoded.shape[1] < prepared.shape[1] or name == "none"
    np.testing.assert_allclose(encoded, encoder.encode(prepared), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_in_sql(scorer, vectors, name):
    prepared = matrix(vectors["prepared"])
    encoder = fit_encoder(prepared, "pca:0.8")
    points = matrix(scorer.vectors(encoder)["encoded"])
    k = None if ALGORITHMS[name].finds_k else 5
    start = None
    if ALGORITHMS[name].needs_start:
        start = fit_clustering("kmeans", points, k, seed=1).centres

    def fit(some):
        return fit_clustering(name, some, k, seed=1, start=start)

    # As many as a training gives the algorithm: a linkage needs every pair of rows.
    some = points[even_rows(len(points), ALGORITHMS[name].rows_max)]
    prototypes = represent(some, fit(some), refit=fit).prototypes
    labels = assign(points, prototypes)
    found = scorer.assignments(prototypes)["segment_id"].to_pylist()
    assert found == [None if label < 0 else segment_id_at(label + 1) for label in labels]
    assert len(set(found)) > 1
    if ALGORITHMS[name].finds_k:
        assert None in found
