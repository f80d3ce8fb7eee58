"""What SQL computes from the parameter tables is what numpy and scikit-learn compute."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from coterie.frames import matrix

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
        select segment_id, mean, median, population_mean, index_100, z
        from segmentation.segment_profile_figures
        where feature = 'revenue_365d'
        """
    ).fetchall()
    revenue, segments = np.asarray(rows["revenue"]), np.asarray(rows["segment_id"])
    logs = np.log1p(revenue)
    for segment_id, mean, median, population_mean, index_100, z in profiles:
        own = segments == segment_id
        expected_z = (logs[own].mean() - logs.mean()) / logs.std()
        np.testing.assert_allclose(mean, revenue[own].mean(), **TOLERANCE)
        np.testing.assert_allclose(median, np.median(revenue[own]), **TOLERANCE)
        np.testing.assert_allclose(population_mean, revenue.mean(), **TOLERANCE)
        np.testing.assert_allclose(
            index_100, 100 * revenue[own].mean() / revenue.mean(), **TOLERANCE
        )
        np.testing.assert_allclose(z, expected_z, rtol=1e-7, atol=1e-9)
