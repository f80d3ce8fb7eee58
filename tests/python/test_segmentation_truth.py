"""The demo's planted customer types are found again."""

import pytest
from sklearn.metrics import adjusted_rand_score

# The target is for 10,000 customers; COTERIE_TEST_WAREHOUSE lets the same test read such a demo.
ARI_MIN = 0.75

LABELS_QUERY = """
with types as (
    select
        customer_identities.customer_id,
        min(people.customer_type) as customer_type
    from identity.customer_identities
    inner join demo_truth.contacts using (source_system, contact_key)
    inner join demo_truth.people using (person_id)
    group by customer_identities.customer_id
    having count(distinct people.person_id) = 1
)
select types.customer_type, coalesce(segment_assignments.segment_id, 'none') as segment_id
from segmentation.segment_assignments
inner join types using (customer_id)
order by customer_id
"""


@pytest.fixture
def labels(connection):
    """Customer type and segment of every customer with a segment who is one person."""
    return connection.execute(LABELS_QUERY).fetchnumpy()


def test_the_planted_types_are_recovered(labels):
    """Customers without a segment count as a group of their own, against the figure."""
    found = adjusted_rand_score(labels["customer_type"], labels["segment_id"])
    assert found >= ARI_MIN


def test_a_clustering_was_good_enough(connection):
    accepted = connection.execute(
        "select algorithm from segmentation.segment_models where status = 'accepted'"
    ).fetchall()
    assert accepted == [("kmeans",)]
